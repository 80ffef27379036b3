"""Looking at this machine: Python, the libraries of every extra, and the cores."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec

from models.cores import usable_cores
from models.text import counted
from rollcast.doctor.check import Check
from service.settings import Settings
from training.extras import COMPARE, TRAIN

# By extra, what it is for, and the modules that tell whether it is there.
EXTRAS: Mapping[str, tuple[str, Sequence[str]]] = {
    "serve": ("the command and the service", ("fastapi", "numpy", "onnxruntime", "pydantic", "typer", "uvicorn")),
    "client": ("rollcast.Client and predict --url", ("httpx",)),
    "train": ("training, and reading files", TRAIN),
    "compare": ("--compare", COMPARE),
    "telemetry": ("ROLLCAST_OTEL", ("opentelemetry",)),
    "mcp": ("rollcast mcp", ("mcp",)),
    "mlflow": ("MLflow's registry", ("mlflow",)),
}


def version_checks() -> Iterator[Check]:
    """The versions of Python, of rollcast, and of each extra's libraries; nothing is imported for it."""
    yield Check("python", "good", f"{platform.python_version()} on {platform.platform()}")
    yield Check("rollcast", "good", version("rollcast"))
    distributions = packages_distributions()
    for extra, (purpose, modules) in EXTRAS.items():
        there = [module for module in modules if find_spec(module) is not None]
        missing = [module for module in modules if module not in there]
        install = f"pip install 'rollcast[{extra}]'"
        if there and missing:
            found = f"{', '.join(missing)} can't be found, and {purpose} may need it"
            yield Check(f"extra {extra}", "warning", found, install)
        elif missing:  # it need not be there
            yield Check(f"extra {extra}", "good", f"not installed; for {purpose}: {install}")
        else:
            versions = (f"{module} {_version(module, distributions)}" for module in there)
            yield Check(f"extra {extra}", "good", ", ".join(versions))


def core_check(settings: Settings) -> Check:
    """Whether the service's compute threads have a core each."""
    cores, threads = usable_cores(), settings.workers * settings.threads
    found = (
        f"{counted(cores, 'core')} of {os.cpu_count()}; {counted(settings.workers, 'worker')} with "
        f"{counted(settings.threads, 'compute thread')} each"
    )
    if settings.workers > cores or threads > max(cores, settings.workers):
        return Check("cores", "warning", found, "set fewer by ROLLCAST_WORKERS and ROLLCAST_THREADS")
    return Check("cores", "good", found)


def _version(module: str, distributions: Mapping[str, Sequence[str]]) -> str:
    """The version of the distribution that brings a module."""
    return version(distributions[module][0]) if module in distributions else "of unknown version"
