"""What came of a pretrained model on its sets."""

from typing import Any

from pydantic import Field, FiniteFloat

from benchmarks.accuracy.measured_code import Code
from benchmarks.accuracy.record import Asked
from benchmarks.pretrained.figures import Figures
from benchmarks.pretrained.rows import PretrainedRow
from models.spec.record import Count, Record


class PretrainedResult(Record):
    """A row that was measured, on sets that were `cut` or whole.

    `model` is the version's title and `sha256` its manifest's. `trained_s` is how long its training took, `file_bytes`
    what its files take, and `backtest_mase` the error of its own backtest, as its manifest has them. `figures` are
    those of each set.
    """

    name: str
    recipe: str
    values: dict[str, Any]
    cut: bool
    version: str
    commit: str
    cores: Count
    measured_at: str
    model: str
    sha256: str
    trained_s: FiniteFloat = Field(ge=0)
    file_bytes: Count
    backtest_mase: FiniteFloat | None
    figures: dict[str, Figures]

    def is_of(self, row: PretrainedRow, asked: Asked, published: str | None) -> bool:
        """Whether it was measured as asked, so that measuring the row would give it again.

        `published` is the hash of the manifest of the version that would be measured; None where that is trained first.
        """
        measured = self.recipe, self.values, self.cut, Code(self.version, self.commit), {*self.figures}
        same_version = published is None or published == self.sha256
        return same_version and measured == (
            row.recipe, {**row.values}, asked.cut is not None, asked.code, {*row.sets},
        )  # fmt: skip
