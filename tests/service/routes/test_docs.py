"""The page that tries the API out, and the policy that it runs under."""

import base64
import hashlib
import re

import pytest

from tests.support.in_process import Client

pytestmark = pytest.mark.anyio


async def test_the_page_may_run_its_own_script_and_no_other(client: Client) -> None:
    page = await client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    [script] = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == f"'self' 'sha256-{digest}'"


async def test_what_the_page_needs_lies_beside_it_wherever_it_is_served(client: Client) -> None:
    page = await client.get("/docs")
    needed = re.findall(r"(?:href|src)=\"([^\"]+)\"|url: '([^']+)'", page.text)
    assert len(needed) == 4
    for link in (first or second for first, second in needed):
        assert not link.startswith(("/", "http"))
        assert (await client.get(f"/{link}")).status_code == 200
