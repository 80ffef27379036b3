"""The dashboard: made by its script, and asking for nothing that the service does not tell."""

import json
from pathlib import Path

import promql_parser
import pytest
import yaml

from docs.monitoring import dashboard
from service.metrics.catalogue import METRICS

MONITORING = Path(__file__).parents[2] / "docs" / "monitoring"


def selectors(expression: object) -> set[str]:
    """The names of the metrics that a PromQL expression asks for, with what of each."""
    match expression:
        case promql_parser.VectorSelector():
            return {str(expression.name)}
        case promql_parser.MatrixSelector():
            return {str(expression.vector_selector.name)}
        case promql_parser.AggregateExpr() | promql_parser.ParenExpr() | promql_parser.UnaryExpr():
            return selectors(expression.expr)
        case promql_parser.BinaryExpr():
            return selectors(expression.lhs) | selectors(expression.rhs)
        case promql_parser.Call():
            return set().union(*(selectors(argument) for argument in expression.args))
    return set()


def queries() -> list[str]:
    panels = json.loads(dashboard.PATH.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def alerts() -> list[str]:
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"][0]["rules"]
    return [rule["expr"] for rule in rules]


def told() -> set[str]:
    """Every name that a scrape can hold, and what Prometheus itself adds."""
    names = {"up"}
    for metric in METRICS:
        parts = ("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",)
        names |= {metric.name + part for part in parts}
    return names


def test_the_dashboard_is_what_its_script_makes() -> None:
    assert dashboard.PATH.read_text() == dashboard.document()


def test_every_panel_has_a_number_and_a_query_of_its_own() -> None:
    panels = json.loads(dashboard.PATH.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(queries())) == len(queries()) > 10


@pytest.mark.parametrize("query", [*queries(), *alerts()])
def test_every_query_asks_for_metrics_that_the_service_tells(query: str) -> None:
    asked = selectors(promql_parser.parse(query.replace("$__rate_interval", "5m")))
    assert asked
    assert asked <= told()


def test_a_query_for_something_else_would_be_found() -> None:
    asked = selectors(promql_parser.parse("sum by (a) (rate(rollcast_no_such_total[5m])) / up > 1"))
    assert asked == {"rollcast_no_such_total", "up"}
    assert not asked <= told()
