"""Payments: payees, statement gaps and e-invoices as the database knows them."""
