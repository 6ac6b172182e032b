"""Tables: what is stored, one module per subject; rows hold facts, the vault holds content."""
