"""What is stored: one module per noun; rows hold facts, content lies in the vault."""
