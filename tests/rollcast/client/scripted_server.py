"""An HTTP server on a real socket whose answers are written beforehand: what a client does when a service is busy."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Scripted(NamedTuple):
    """One answer; status 0 is a connection that is closed without any."""

    status: int
    document: Any = None
    headers: Mapping[str, str] = {}


@dataclass
class Script:
    """Where the server listens, and what it was sent."""

    url: str
    requests: list[tuple[str, Mapping[str, str], Any]] = field(default_factory=list)


@contextmanager
def scripted_server(*answers: Scripted) -> Iterator[Script]:
    """Give these answers, one after another, the last one again and again."""
    left: Sequence[Scripted] = answers

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            nonlocal left
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.requests.append((self.path, dict(self.headers), json.loads(body) if body else None))
            answer, left = left[0], left[1:] or left
            if not answer.status:
                self.close_connection = True
                return
            content = answer.document if isinstance(answer.document, bytes) else json.dumps(answer.document).encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815 (http.server's name)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        script = Script(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
