"""KServe's time series protocol."""
