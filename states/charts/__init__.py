"""Charts: one small statechart with its grid per kind of subject."""
