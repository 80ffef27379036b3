"""Bodies that a coverage-guided fuzzer (libFuzzer, by atheris) grows, against everything between a body and its answer.

Runs as a program of its own, `python -m benchmarks.fuzz.coverage_guided REGISTRY RUNS`, as libFuzzer ends its process.
"""

import asyncio
import contextlib
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fuzz.mutations import TOKENS
from benchmarks.harness.bars import Bar
from benchmarks.harness.processes import ROOT

LONGEST_S = 300
MAX_BYTES = 8192


def drill(registry: Path, runs: int) -> Iterator[Bar]:
    """Let the fuzzer try so many bodies; it ends at the first that breaks something."""
    if importlib.util.find_spec("atheris") is None:
        yield Bar("coverage-guided bodies", "atheris is not installed", "", met=True, skipped=True)
        return
    command = [sys.executable, "-m", "benchmarks.fuzz.coverage_guided", str(registry), str(runs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S + 60)
    tried = max(map(int, re.findall(r"Done (\d+) runs", done.stderr)), default=0)
    found = max(map(int, re.findall(r"cov: (\d+)", done.stderr)), default=0)
    broken = "" if done.returncode == 0 else "; broke: " + " ".join(done.stderr.split())[-400:]
    yield Bar(
        "coverage-guided bodies",
        f"{tried} bodies, {found} branches reached{broken}",
        f"{runs}, nothing breaks",
        done.returncode == 0 and tried >= runs,
    )


def main() -> None:
    """Fuzz the app in this process."""
    import atheris

    with atheris.instrument_imports(include=["service"]):
        from service.app import as_served, create_app
        from service.settings import Settings
    registry, runs = Path(sys.argv[1]), int(sys.argv[2])
    settings = Settings(registry=registry, log_level="error")
    documented = create_app(settings)
    app = as_served(documented, settings)
    loop = asyncio.new_event_loop()
    contexts: list[object] = []  # keeps the app's lifespan open

    async def ask(body: bytes) -> tuple[int, bytes]:
        incoming = iter([{"type": "http.request", "body": body, "more_body": False}])
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            for message in incoming:
                return message
            return await asyncio.Event().wait()  # type: ignore[return-value]

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/predict",
            "raw_path": b"/predict",
            "query_string": b"",
            "root_path": "",
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
            "headers": [(b"content-type", b"application/json")],
            "state": {},
        }
        await app(scope, receive, send)  # type: ignore[arg-type]
        return int(str(sent[0]["status"])), b"".join(bytes(each.get("body", b"")) for each in sent[1:])  # type: ignore[call-overload]

    async def started() -> contextlib.AbstractAsyncContextManager[object]:
        context: contextlib.AbstractAsyncContextManager[object] = documented.router.lifespan_context(documented)
        await context.__aenter__()
        return context

    def one(body: bytes) -> None:
        if not contexts:  # here, as the fuzzer lets no thread run that was there before it
            contexts.append(loop.run_until_complete(started()))
        status, answer = loop.run_until_complete(ask(body))
        if status >= 500 or (status >= 400 and len(answer) > 4096):
            raise AssertionError(f"status {status} with {len(answer)} bytes")
        json.loads(answer)

    with tempfile.TemporaryDirectory(prefix="rollcast-fuzz-") as folder:
        corpus, words = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for number, body in enumerate(_seeds()):
            (corpus / str(number)).write_bytes(body)
        lines = ("".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS if len(token) < 64)
        words.write_text("".join(f'"{line}"\n' for line in lines))
        flags = [f"-runs={runs}", f"-max_len={MAX_BYTES}", f"-max_total_time={LONGEST_S}", f"-dict={words}", "-seed=1"]
        atheris.Setup([sys.argv[0], *flags, f"-artifact_prefix={folder}/", str(corpus)], one)
        atheris.Fuzz()


def _seeds() -> Iterator[bytes]:
    yield b'{"model": "tiny", "window": [1.0, 2.0, 3.0, 4.0], "horizon": 3, "levels": [80, 95]}'
    yield b'{"model": "wide@1", "windows": [[[1, 2], [3, 4], [5, 6], [7, 8]]], "horizon": 2}'
    yield b'{"model": "clock", "window": [1, 2, 3, 4], "end": "2024-04-07T03:30:00+10:00", "freq": "30m"}'
    yield b'{"model": "monthly@champion", "windows": [[1, 2, 3, 4]], "timestamps": [["2024-01", "2024-02"]]}'
    yield b"[" * 200 + b"]" * 200
    yield b'{"window": [1e308, -5e-324, 0.1], "unknown": {"a": [{}, null, true, "\\u00e9"]}}'


if __name__ == "__main__":
    main()
