"""What a trained model is, as its manifest tells it."""
