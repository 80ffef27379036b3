"""Files of API keys."""

import json
from pathlib import Path
from typing import Any

from service.access.api_keys import digest


def key_record(name: str, *scopes: str, **more: Any) -> dict[str, Any]:
    """What a file keeps of a key whose secret is "secret-of-" and its name."""
    return {"name": name, "sha256": digest(secret_of(name).encode()).hex(), "scopes": scopes or ("read",), **more}


def secret_of(name: str) -> str:
    return f"secret-of-{name}"


def write_keys(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"keys": records}))
    return path
