"""Seasonal adjustment of windows of any length and season, so that one network can forecast them all."""
