"""Which paths are health checks: they are open to all, and answered when nothing else is."""

HEALTH_PATHS = frozenset({"/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"})
