"""Access: what is kept apart for whom, and for how long."""
