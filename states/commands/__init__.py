"""Commands: every change of a subject, and the actions available on it."""
