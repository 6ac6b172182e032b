"""Adoption: the cases that the security authority decides on, and what changed since it returned one."""
