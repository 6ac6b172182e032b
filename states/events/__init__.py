"""The events: one class each, with its body, what it asks of the rules, what it does, and an accepted example."""
