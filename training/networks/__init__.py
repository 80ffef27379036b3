"""Keras: building networks and fitting them."""
