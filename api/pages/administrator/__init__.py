"""Administrator: employers, people and their roles, dated values and timers."""
