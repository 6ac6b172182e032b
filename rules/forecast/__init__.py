"""Forecast: waits, missed terms and the people needed, simulated with the order of the queue."""
