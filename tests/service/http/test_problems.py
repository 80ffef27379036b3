"""Every error has its answer."""

import json

import pytest

from models import errors
from service.http import problems
from service.http.problems import INTERNAL_ERROR, MODEL_PROBLEMS, problem_response
from tests.support.in_process import Client


def descendants(cls: type[Exception]) -> set[type[Exception]]:
    return {cls}.union(*(descendants(child) for child in cls.__subclasses__()))


def test_every_error_of_the_contract_has_its_own_row() -> None:
    own = {cls for cls in descendants(errors.RollcastError) if cls.__module__ == "models.errors"}
    assert own - set(MODEL_PROBLEMS) == {errors.IncompatibleVersion}  # raised in publishing only


@pytest.mark.parametrize("count", [0, 1, 10_000])
def test_an_answer_is_small_whatever_was_wrong(count: int) -> None:
    found = [(("window", number), "x" * 10_000) for number in range(count)]
    answer = problem_response(INTERNAL_ERROR, "y" * 10_000, found)
    assert len(answer.body) <= 4096
    assert len(json.loads(bytes(answer.body)).get("errors", [])) == min(count, problems.MAX_ERRORS)


@pytest.mark.parametrize("character", ["\U0001f600", "\0"])
def test_long_texts_of_characters_of_many_bytes_fit_as_well(character: str) -> None:
    found = [((character * 500,), character * 500)] * 20
    assert len(problem_response(INTERNAL_ERROR, character * 500, found).body) <= 4096


@pytest.mark.anyio
async def test_a_defect_is_a_problem_document_that_gives_nothing_away(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def defect(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("service.serving.prepare", defect)
    answer = await client.post("/predict", json={"model": "tiny", "window": [1.0]})
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:rollcast:problem:internal-error"
    assert b"swordfish" not in answer.content
    assert "while answering /predict" in caplog.text
    assert "swordfish" in caplog.text  # whoever runs the service learns what went wrong
