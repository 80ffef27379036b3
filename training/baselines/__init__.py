"""Simple forecasts, which a model should beat."""
