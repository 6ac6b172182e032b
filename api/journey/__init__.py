"""The journey: five applications through the public API, told and checked as they go."""
