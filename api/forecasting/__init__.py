"""Forecasting: answers of the forecast as text and plot."""
