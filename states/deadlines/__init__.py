"""Deadlines: the catalogue of terms, their lifecycle and their validation."""
