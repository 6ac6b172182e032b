"""Reporting: statistics, the history of work and cases, and the money trail."""
