"""Building Keras networks and fitting them."""
