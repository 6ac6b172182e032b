"""The demonstration office: fictional employers and people, and some thirty applications made through the door."""
