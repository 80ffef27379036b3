"""What GET /models/{name}/versions/{version}/traffic answers: incoming windows beside those of training."""

from pydantic import Field

from service.schemas.wire import WireModel


class Seasonality(WireModel):
    """The autocorrelation of windows at the model's season: 1 repeats itself exactly, 0 has no such season."""

    lag: int = Field(description="The season, in steps.")
    recent: float | None = Field(description="Of recent windows.")
    training: float | None = Field(description="Of the windows that the version was checked with when published.")


class FeatureTraffic(WireModel):
    """One column of the windows. Recent sums fade with a half-life; what can't be compared is null."""

    name: str = Field(description="The column's name.")
    values: int = Field(description="How many values were compared with training.")
    outside_share: float | None = Field(description="The share of them outside the range of training.")
    mean_shift: float | None = Field(
        description="The mean of recent values less that of training, in standard deviations of training."
    )
    spread_ratio: float | None = Field(
        description="The standard deviation of recent values, divided by that of training."
    )
    seasonality: Seasonality | None = Field(None, description="Null where the model has no season.")


class TrafficReport(WireModel):
    """What was asked of one version since the service started, and how it compares with training."""

    model: str = Field(description="The model's name.")
    version: int = Field(description="The version's number.")
    half_life_s: float = Field(description="After so long a value counts half in what is called recent.")
    requests: int = Field(description="Requests for a forecast.")
    windows: int = Field(description="Windows in these requests.")
    steps: int = Field(description="Steps asked for, over all windows.")
    windows_out_of_range: int = Field(description="Windows far outside the range of training; each had a warning.")
    compares: str = Field(description="What the values are: the series' own, or changes over a season.")
    features: list[FeatureTraffic] = Field(description="One for each column of the windows.")
