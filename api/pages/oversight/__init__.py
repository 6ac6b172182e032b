"""Oversight: chains that are verified, decisions with their receipts, and content that was opened."""
