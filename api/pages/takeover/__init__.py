"""Takeover: the pages of an employer: what is asked, each takeover, its measures, invoices and what was paid."""
