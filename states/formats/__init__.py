"""Formats: reading and writing files of banks and suppliers, without a database."""
