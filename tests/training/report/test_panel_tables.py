"""Tables of each series' error, cell by cell."""

from models.spec.comparison import Comparison
from models.spec.panel_scores import LengthScore, PanelScores, SeriesScore
from training.report.panel_tables import lengths_table, worse_lengths, worst_table


def group(shortest: int, longest: int, ratio: float, p_value: float | None) -> LengthScore:
    return LengthScore(
        series=4,
        shortest=shortest,
        longest=longest,
        mase=ratio,
        baseline_mase=1,
        comparison=Comparison(error_ratio=ratio, p_value=p_value),
    )


PANEL = PanelScores(
    baseline="seasonal naive 12",
    worst=(SeriesScore(series="a\n", rows=1400, origins=3, mase=2.34567, baseline_mase=1.5),),
    by_length=(group(20, 40, 1.25, 0.001), group(41, 60, 1.1, 0.2), group(61, 80, 0.5, None), group(90, 90, 1.3, 0.3)),
)


def test_the_worst_series() -> None:
    assert worst_table(PANEL) == (
        ["series", "rows", "origins", "MASE", "seasonal naive 12"],
        [["'a\\n'", "1,400", "3", "2.346", "1.5"]],
    )


def test_groups_of_lengths() -> None:
    assert lengths_table(PANEL) == (
        ["", "series", "MASE", "seasonal naive 12", "ratio", "p"],
        [
            ["20 to 40 rows", "4", "1.25", "1", "1.25", "0.001"],
            ["41 to 60 rows", "4", "1.1", "1", "1.1", "0.2"],
            ["61 to 80 rows", "4", "0.5", "1", "0.5", "not told by so few forecasts"],
            ["90 rows", "4", "1.3", "1", "1.3", "0.3"],
        ],
    )


def test_what_may_be_chance_is_said_to_be_and_what_is_warned_of_is_not() -> None:
    lengths, better = "41 to 60 rows and 90 rows", "seasonal naive 12 is better by more than 2 percent"
    assert worse_lengths(PANEL) == f" On the series of {lengths} {better}, maybe by chance."
    assert worse_lengths(PANEL.model_copy(update={"by_length": PANEL.by_length[:1]})) == ""
