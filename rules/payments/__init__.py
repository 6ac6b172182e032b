"""Payments: invoices, tax, batches, bank days and the accounts."""
