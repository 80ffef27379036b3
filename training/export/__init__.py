"""From a Keras network to the files of a version."""
