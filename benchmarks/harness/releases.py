"""A release that is measured: its code, and the models that it has published."""

from pathlib import Path
from typing import NamedTuple

from benchmarks.harness.processes import Code

DEMAND = "victoria-demand"


class Published(NamedTuple):
    """A published version, where it lies."""

    registry: Path
    name: str
    version: int = 1


class Release(NamedTuple):
    """A release's code, its registry of the measured networks, and the version of its model of Victoria's demand."""

    code: Code
    registry: Path
    demand_version: int

    def published(self, name: str) -> Published:
        """One of the measured networks, or the model of demand; their weights are the same in every release."""
        if name == DEMAND:
            return Published(self.code.root / "models/artifacts", DEMAND, self.demand_version)
        return Published(self.registry, name)
