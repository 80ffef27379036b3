"""rollcast: recurrent forecasters, trained offline, served over REST."""

__version__ = "0.1.0"
