"""Versions on an MLflow server, as runs and registered models."""
