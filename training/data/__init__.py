"""From a file or a generator to samples and held-out rows."""
