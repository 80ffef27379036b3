"""Which paths are health checks: they are open to all, and answered when nothing else is."""

HEALTH_PATHS = frozenset({"/", "/healthz", "/readyz", "/ping", "/v2/health/live", "/v2/health/ready"})


def with_route(health_route: str | None) -> frozenset[str]:
    """The health checks, with the one that a platform names."""
    return HEALTH_PATHS if health_route is None else HEALTH_PATHS | {health_route}
