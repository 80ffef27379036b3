"""Nixtla's protocol: many series in one list of numbers."""
