"""What is told of a training run: manifest, card, pictures."""
