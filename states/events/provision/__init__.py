"""Events of takeovers, measures and loans."""
