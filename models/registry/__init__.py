"""Where trained models are kept: listing, publishing, opening."""
