"""The command's beginning, also of `python -m rollcast`: it tells what must be installed for it."""

import gc
import os
import sys


def run() -> None:
    """Run the command; exit with status 1 where what `rollcast[serve]` brings is missing."""
    # Looking for other packages' plugins of pydantic, to let them see all that is checked, reads what is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()  # next to nothing of what is loaded is garbage, and searching it takes a tenth of that time
    try:
        from rollcast.cli import main
    except KeyboardInterrupt:
        sys.exit(130)  # nothing has begun
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("models", "rollcast", "service", "training"):
            raise
        sys.exit(f"error: the command needs {error.name}, which is not installed: pip install 'rollcast[serve]'")
    finally:
        gc.enable()
    main()


if __name__ == "__main__":
    run()
