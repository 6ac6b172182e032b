"""Commands: everything that changes a subject, and the actions available on it."""
