"""Queue: order, priority and assignment of work."""
