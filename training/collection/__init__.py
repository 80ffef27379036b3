"""Very many series, for one model that then forecasts any series."""
