"""Accounting: journal, periods, reports and their files."""
