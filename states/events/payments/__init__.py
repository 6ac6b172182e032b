"""Events of invoices, payables, batches, bank statements and bookings."""
