"""Running programs of .venv-clients against a server, and what POST /predict answers to compare."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx

from tests.support.real_server import Server
from tests.support.reference import ROOT

SCRIPTS, PYTHON = Path(__file__).parent / "scripts", ROOT / ".venv-clients" / "bin" / "python"
TIMEOUT_S = 300


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the clients' Python, which must succeed, with its own programs alone and none of the service's packages."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    result = subprocess.run(
        [str(PYTHON), *map(str, arguments)],
        env={**inherited, "PATH": f"{PYTHON.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert result.returncode == 0, f"{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
    return result


def ask(script: str, server: Server, *arguments: object) -> Any:
    """Run a script with a server's address; the JSON that it printed last."""
    return json.loads(run(SCRIPTS / script, server.url, *arguments).stdout.splitlines()[-1])


def predicted(server: Server, **request: Any) -> Any:
    """What POST /predict answers."""
    answer = httpx.post(f"{server.url}/predict", json=request, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()
