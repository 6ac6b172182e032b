"""Forecasting: runs the forecast and renders its result as text and as a plot."""
