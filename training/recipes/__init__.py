"""Recipes: every value that decides what a training run does."""
