"""Processes: the supervisor of a running office, and the processes and the database that it starts."""
