"""A client of the service for Python programs: httpx and numpy are all it needs."""
