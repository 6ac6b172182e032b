"""Deadlines: when a term ends, what suspends it, and who is reminded."""
