"""The command's beginning, also of `python -m rollcast`: it tells what must be installed for it."""

import sys


def run() -> None:
    """Run the command; exit with status 1 where what `rollcast[serve]` brings is missing."""
    try:
        from rollcast.cli import main
    except KeyboardInterrupt:
        sys.exit(130)  # nothing has begun
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("models", "rollcast", "service", "training"):
            raise
        sys.exit(f"error: the command needs {error.name}, which is not installed: pip install 'rollcast[serve]'")
    main()


if __name__ == "__main__":
    run()
