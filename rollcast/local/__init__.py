"""Models in a Python program's own process: training, loading and forecasting without a service."""
