"""Kinds of fault, by what they befall: connections, requests, the registry, processes."""
