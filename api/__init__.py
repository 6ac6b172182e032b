"""The shell that lets people in: HTTP, pages and the command line."""
