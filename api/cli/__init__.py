"""Command line of the office: one module per command."""
