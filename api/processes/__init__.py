"""Processes: the supervisor and what it starts."""
