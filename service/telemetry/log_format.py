"""The format of all other log lines: JSON, or text in which no message can forge a line."""

import json
import logging

from uvicorn.logging import DefaultFormatter

from service.telemetry.access_log import utc_text
from service.telemetry.record import current


class JsonFormatter(logging.Formatter):
    """One JSON object for each record, with the request that it came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": utc_text(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        request = current.get()
        if request is not None:
            line["request_id"] = request.request_id
            if request.trace is not None:
                line["trace_id"] = request.trace.trace_id
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)  # pure ASCII, so nothing in it can be taken for the end of a line


class TextFormatter(DefaultFormatter):
    """uvicorn's own lines, with everything escaped that could end one or move the cursor."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        """The line, without the trace of an exception."""
        if not record.message.isprintable():
            record.message = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in record.message)
        return super().formatMessage(record)
