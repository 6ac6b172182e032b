"""Access: who may do, see and read what, and how long content is kept."""
