"""Notifications word letters, documents and charts from facts; only flows call the channels that send them."""
