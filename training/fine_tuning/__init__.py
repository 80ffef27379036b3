"""Training that starts from the weights of a published model for any series."""
