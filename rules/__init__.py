"""Rules decide: pure functions and dated values; facts in, findings out."""
