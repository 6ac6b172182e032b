"""Procedure: what the law asks of an application from receipt to closing."""
