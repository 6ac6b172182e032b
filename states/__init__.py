"""States: charts, tables, ledger, vault, work and queue; every change is made by ``commands/fire.py``."""
