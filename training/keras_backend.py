"""Loading Keras on TensorFlow, late and quietly."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from training.extras import require_train


def load_keras() -> ModuleType:
    """Keras on TensorFlow. The first call takes seconds, which is why nothing imports it above.

    Raises MissingExtra.
    """
    require_train("keras", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with _native_stderr_hidden():
        tensorflow = import_module("tensorflow")
        tensorflow.config.list_physical_devices()  # the search for devices writes notes, too
    return import_module("keras")


@contextmanager
def _native_stderr_hidden() -> Iterator[None]:
    """Hide what native code writes to stderr: TensorFlow's notes before its log level takes effect."""
    sys.stderr.flush()
    kept = os.dup(2)
    hole = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(hole, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(hole)
