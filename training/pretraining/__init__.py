"""Training one network on very many series, so that it forecasts any other."""
