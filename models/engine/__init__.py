"""Many requests at once: continuous batching on compute threads."""
