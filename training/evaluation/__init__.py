"""Evaluating a model on held-out rows."""
