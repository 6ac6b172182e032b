"""Core: what a rule is, dated values, dates, roles and the terms of the regulation."""
