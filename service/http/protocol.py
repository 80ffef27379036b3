"""uvicorn's HTTP/1.1 protocol, with a bound on headers, and deaf to offers of HTTP/2."""

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Far more than browsers and proxies send; without a limit, headers are kept for as long as they come.
MAX_HEADERS_BYTES = 64 << 10

_OFFER = re.compile(rb"\r\nupgrade:[ \t]*h2c[ \t]*(?=\r\n)", re.IGNORECASE)


class Protocol(HttpToolsProtocol):
    """Serves requests that offer HTTP/2 over plain HTTP/1.1, and ends those whose headers never end.

    Java's HttpClient and `curl --http2` offer `Upgrade: h2c` with every first request. A server may pass over
    the offer (RFC 9110, 7.8), but llhttp takes what follows the headers for the other protocol, and the body is lost.
    """

    _headers_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Take what the client sent, without offers of HTTP/2."""
        if b"h2c" in data:
            head, end, rest = data.partition(b"\r\n\r\n")
            data = _OFFER.sub(b"", head + end[:2]) + end[2:] + rest
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._headers_bytes = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, is complete."""
        self._headers_bytes += len(name) + len(value)
        if self._headers_bytes > MAX_HEADERS_BYTES:
            raise ValueError("too many headers")  # the parser stops and answers 400
        super().on_header(name, value)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: there is no upgrade here, and nothing to install for one."""
