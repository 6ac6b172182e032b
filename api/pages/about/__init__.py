"""About: what the system is, the state of its parts, and the API reference."""
