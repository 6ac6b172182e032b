"""Events of objections."""
