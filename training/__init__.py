"""Offline training: from a series and a recipe to a published model."""
