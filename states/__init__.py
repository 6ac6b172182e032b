"""States remember: charts, tables, queue, ledger, vault, and the one door through which anything changes."""
