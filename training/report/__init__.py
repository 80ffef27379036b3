"""Reporting a training run: the manifest, the card, the pictures."""
