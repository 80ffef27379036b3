"""What is done with a published model when new rows have come."""
