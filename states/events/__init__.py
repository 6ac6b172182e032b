"""Events: one class each, with its body, the rules it checks, what it changes, and an example that is accepted."""
