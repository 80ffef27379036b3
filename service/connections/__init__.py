"""What comes over a connection, and how long it may take."""
