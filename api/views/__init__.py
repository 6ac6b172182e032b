"""Views: the fields that the API returns, one allow-list per subject."""
