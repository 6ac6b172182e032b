"""Coordinator: the board, the people, the division of work, the forecast and the reminders."""
