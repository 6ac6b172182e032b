"""Reporting: lateness, metrics, the progress report and what it hides."""
