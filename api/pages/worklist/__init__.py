"""Worklist: the work of a person and a pool, and taking the next of it."""
