"""HTTP: what all routes share, such as dependencies, sign-in, errors and pagination."""
