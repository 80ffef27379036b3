"""Protocols of other servers, as thin adapters over the same forecaster: each with its paths, bodies and errors."""
