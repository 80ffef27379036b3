"""Turning a Keras network into the files of a version."""
