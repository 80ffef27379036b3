"""Reading series from files."""
