"""The HTTP service: published models behind POST /predict."""
