"""What a model for any series is pretrained on: synthetic series, and real ones of installed packages."""
