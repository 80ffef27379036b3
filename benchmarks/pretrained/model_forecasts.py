"""A model's forecasts of a set, on the way that requests take: from windows and their seasons to intervals."""

from benchmarks.pretrained.methods import LEVELS, Forecast
from benchmarks.pretrained.sets import EvaluationSet
from models.seasonal.adjusted_windows import MOST_VALUES, held_seasons
from service.forecasting import ForecastRequest, forecast_now
from training.updating.version_comparison import OpenModel

WINDOWS = {"vic-elec": 672}  # by a set's name: how many values a window has, where these are fewer than it may have


def forecast_set(model: OpenModel, given: EvaluationSet, window: int = MOST_VALUES) -> Forecast:
    """The forecasts of all tasks of a set, each from the newest `window` values of its history.

    They have intervals where the model's reach as far as the set's horizon. Raises InvalidRequest and the errors
    below it.
    """
    windows = [task.history[-window:] for task in given.tasks]
    intervals = model.forecaster.intervals
    request = ForecastRequest(
        windows,
        given.horizon,
        levels=LEVELS if intervals is not None and given.horizon <= intervals.steps else (),
        seasons=[held_seasons(given.seasons, len(each)) for each in windows],
    )
    answer = forecast_now(request, *model)
    return Forecast(
        answer.predictions[..., 0],
        {int(level): each.lower[..., 0] for level, each in answer.intervals.items()},
        {int(level): each.upper[..., 0] for level, each in answer.intervals.items()},
    )
