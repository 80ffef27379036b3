"""Loading Keras on TensorFlow: only when it is needed, and without its notes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from training.extras import require_train


def load_keras() -> ModuleType:
    """Keras on TensorFlow. Raises MissingExtra.

    The first call takes seconds, so no module imports Keras at its top.
    """
    require_train("keras", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with _native_stderr_hidden():
        tensorflow = import_module("tensorflow")
        tensorflow.config.list_physical_devices()  # the search for devices writes notes as well
    return import_module("keras")


@contextmanager
def _native_stderr_hidden() -> Iterator[None]:
    """Hide what native code writes to stderr: TensorFlow writes notes before its log level takes effect."""
    sys.stderr.flush()
    stderr, devnull = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(devnull, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(devnull)
