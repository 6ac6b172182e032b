"""Applicant: the pages of an official: the own case, a report, the application, advice and messages."""
