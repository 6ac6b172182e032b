"""Forms: the fields of each event as people fill them in, and the reading of what they sent."""
