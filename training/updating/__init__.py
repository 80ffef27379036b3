"""What is done with a published model: testing it again, and renewing it when new rows have come."""
