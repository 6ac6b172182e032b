"""Access: the only place that decides who may see what."""
