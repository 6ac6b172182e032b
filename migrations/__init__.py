"""Migrations: the versions of the database in order, and the upgrade from one to the next."""
