"""Prediction intervals and sample paths around forecasts."""
