"""Search: cases by name or reference, without a name in any address."""
