"""Which paths are health checks: they are open to all, and answered when nothing else is."""

HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
