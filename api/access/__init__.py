"""Access: applies to each caller the tables of who may see and read what (rules/access)."""
