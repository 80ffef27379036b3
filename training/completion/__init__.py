"""What completes a network to a model: the blend of its forecasts and its intervals."""
