"""Threats: the urgency that a threat gives a case, and the hand-off of acute ones."""
