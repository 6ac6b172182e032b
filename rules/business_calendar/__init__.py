"""Business calendar: closed days, office hours, durations and elapsed time."""
