"""What a training run does, value by value."""
