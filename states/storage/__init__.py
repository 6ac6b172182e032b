"""Storage: database, ledger, vault, and their verification."""
