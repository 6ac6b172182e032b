"""Command line of the office."""
