"""Models in service, from opening to closing: what serves now, and how what is published takes its place."""
