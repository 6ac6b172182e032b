"""HTTP: dependencies, sign-in, errors, pagination and other parts of every route."""
