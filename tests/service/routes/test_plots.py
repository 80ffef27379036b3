"""GET /models/…/plots/{plot} in process."""

import shutil
from pathlib import Path

import pytest

from service.routes import plots
from service.settings import Settings
from tests.support.in_process import Client, running

pytestmark = pytest.mark.anyio

VERSION = "/models/tiny/versions/1"


async def test_every_picture_that_the_card_lists_is_there_as_it_was_published(client: Client) -> None:
    card = (await client.get(VERSION)).json()
    assert card["plots"] == ["loss.png"]
    answer = await client.get(f"{VERSION}/plots/loss.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == b"PNG"


@pytest.mark.parametrize("plot", ["los.png", "model.onnx", "..%2fmodel.onnx", "%2e%2e", "x" * 5000])
async def test_nothing_else_is(client: Client, plot: str) -> None:
    answer = await client.get(f"{VERSION}/plots/{plot}")
    assert answer.status_code == 404
    assert len(answer.content) <= 4096


async def test_a_wrong_name_is_told_the_near_ones(client: Client) -> None:
    detail = (await client.get(f"{VERSION}/plots/los.png")).json()["detail"]
    assert detail == "tiny@1 has no such picture; did you mean loss.png?"


async def test_one_that_is_too_large_is_not_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "MAX_PLOT_BYTES", 2)
    assert (await client.get(f"{VERSION}/plots/loss.png")).status_code == 404


async def test_one_that_was_changed_after_the_model_was_opened_is_refused(registry_path: Path, tmp_path: Path) -> None:
    shutil.copytree(registry_path / "tiny", tmp_path / "tiny")
    async with running(Settings(registry=tmp_path, poll_s=0)) as client:
        (tmp_path / "tiny" / "1" / "plots" / "loss.png").write_bytes(b"GNP")
        answer = await client.get(f"{VERSION}/plots/loss.png")
    assert answer.status_code == 503
    assert answer.json()["type"].endswith(":refused-version")
