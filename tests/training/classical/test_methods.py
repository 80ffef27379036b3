"""The methods of statsforecast, on series whose next values are known."""

import numpy as np
import pytest

from training import extras
from training.classical.methods import classical_methods
from training.errors import MissingExtra

STEPS = np.arange(72.0)
SEASONAL = 50 + STEPS / 2 + 10 * np.sin(STEPS * np.pi / 6)


def test_every_method_goes_on_with_a_trend_and_a_season() -> None:
    methods = classical_methods((12,))
    assert {method.name: method.note for method in methods} == {
        "AutoTheta": "a season of 12 steps",
        "AutoETS": "a season of 12 steps",
        "MSTL": "a season of 12 steps, the rest by AutoETS",
    }
    for method in methods:
        forecast = method.forecast(SEASONAL[:60], 12)
        assert np.abs(forecast - SEASONAL[60:]).mean() < 2.5, method.name  # repeating the last season errs by 6


def test_a_season_that_ets_does_not_know_is_left_to_the_others() -> None:
    assert [method.note for method in classical_methods((48, 1, 336))] == [
        "a season of 48 steps",
        "no season, as it knows none longer than 24 steps",
        "seasons of 48 and 336 steps, the rest by AutoETS",
    ]


def test_without_a_season_there_is_no_decomposition() -> None:
    assert {method.name: method.note for method in classical_methods((1,))} == {
        "AutoTheta": "no season",
        "AutoETS": "no season",
    }


def test_what_the_library_warns_of_in_a_series_is_not_told() -> None:
    theta, _, _ = classical_methods((12,))  # it divides by a variance of 0; a warning would be an error
    assert theta.forecast(np.ones(60), 2).shape == (2,)


def test_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"statsforecast must be installed for this: .*\[compare\]"):
        classical_methods(())
