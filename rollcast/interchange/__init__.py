"""Versions from elsewhere, and to there: a file, or an MLflow server."""
