"""Jobs: reminders, digests and other scheduled work on the database."""
