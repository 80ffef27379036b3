"""Clients that ask at their own times, whether or not they were answered: what overload is made of."""

import asyncio
import json
import time
from collections.abc import Awaitable, Sequence
from typing import Any

from benchmarks.harness.traffic import NO_ANSWER, TIMEOUT_S, Answer


def offer(port: int, asked: dict[str, Any], rate: float, seconds: float) -> list[Answer]:
    """Requests at a fixed rate, each on a connection of its own; their answers in the order in which they were sent."""
    message = _message(asked)

    async def run() -> list[Answer]:
        begun, tasks = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(_ask(port, message)))
        return await asyncio.gather(*tasks)

    return asyncio.run(run())


def burst(port: int, asked: dict[str, Any], connections: int) -> list[Answer]:
    """As many requests at once, on connections that stood before."""
    message = _message(asked)

    async def run() -> list[Answer]:
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
        answers: Sequence[Awaitable[Answer]] = [_exchange(reader, writer, message) for reader, writer in opened]
        return await asyncio.gather(*answers)

    return asyncio.run(run())


def _message(asked: dict[str, Any]) -> bytes:
    body = json.dumps(asked).encode()
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _ask(port: int, message: bytes) -> Answer:
    begun = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        return Answer(begun, time.perf_counter() - begun, NO_ANSWER, error=repr(error), connected=False)
    return await _exchange(reader, writer, message)


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes) -> Answer:
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            writer.write(message)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            body = await reader.readexactly(int(headers["content-length"]))
    except (OSError, EOFError, TimeoutError) as error:
        return Answer(begun, time.perf_counter() - begun, NO_ANSWER, error=repr(error))
    finally:
        writer.close()
    took_s, status = time.perf_counter() - begun, int(head.split()[1])
    return Answer(begun, took_s, status, body, retry_after=headers.get("retry-after"))
