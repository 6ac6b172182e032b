"""Notifications word it: facts become letters; the channels that carry them are called by flows only."""
