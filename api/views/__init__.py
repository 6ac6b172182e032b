"""Views: what leaves over HTTP, one allow-list per subject."""
