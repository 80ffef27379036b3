"""Naive and linear forecasts beside a network's, and how they are mixed in."""
