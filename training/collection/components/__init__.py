"""What synthetic series are made of."""
