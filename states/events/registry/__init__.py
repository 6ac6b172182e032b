"""Events of people and organisations."""
