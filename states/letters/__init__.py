"""Letters: which event posts which letter, and the outbox."""
