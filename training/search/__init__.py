"""Finding a recipe for a series that nobody has looked at."""
