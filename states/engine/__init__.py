"""Engine: what an event is, its body, and whom it concerns."""
