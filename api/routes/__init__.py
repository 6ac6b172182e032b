"""Routes: the endpoints of the API, one module per resource."""
