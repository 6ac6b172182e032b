"""Queue: pools, availability, claims, assignment, offers and alarms."""
