"""The forecast: what the office's people can bear, simulated with the order of the queue itself."""
