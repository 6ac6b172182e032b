"""Finance: invoices, payment orders, the files of the bank, the books and the reports of an employer."""
