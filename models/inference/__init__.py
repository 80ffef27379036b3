"""From windows in raw units to forecasts in raw units."""
