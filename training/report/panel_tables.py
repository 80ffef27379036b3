"""Each of several series' error as tables of text: the worst series, and groups by length."""

from models.spec.panel_scores import PanelScores
from models.text import listed, printable
from training.report.tables import TextTable, number_text, p_value_text


def worst_table(panel: PanelScores) -> TextTable:
    """The series with the highest errors, the highest first."""
    rows = [
        [
            printable(score.series),
            f"{score.rows:,}",
            f"{score.origins:,}",
            number_text(score.mase),
            number_text(score.baseline_mase),
        ]
        for score in panel.worst
    ]
    return TextTable(["series", "rows", "origins", "MASE", panel.baseline], rows)


def lengths_table(panel: PanelScores) -> TextTable:
    """The mean errors of the series of some lengths, the shortest first."""
    rows = [
        [
            group.rows,
            f"{group.series:,}",
            number_text(group.mase),
            number_text(group.baseline_mase),
            f"{group.comparison.error_ratio:.3g}",
            p_value_text(group.comparison.p_value),
        ]
        for group in panel.by_length
    ]
    return TextTable(["", "series", "MASE", panel.baseline, "ratio", "p"], rows)


def worse_lengths(panel: PanelScores) -> str:
    """A further sentence on the groups whose baseline is better by what may be chance; empty where there is none."""
    lost = panel.lost_lengths()
    perhaps = [group.rows for group in panel.by_length if group.is_worse and group not in lost]
    if not perhaps:
        return ""
    return f" On the series of {listed(perhaps)} {panel.baseline} is better by more than 2 percent, maybe by chance."
