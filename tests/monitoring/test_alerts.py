"""The alert rules and the configuration, checked by Prometheus' own promtool."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

MONITORING = Path(__file__).parents[2] / "docs" / "monitoring"

pytestmark = pytest.mark.skipif(shutil.which("promtool") is None, reason="needs Debian's package prometheus")


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_the_configuration_is_valid() -> None:
    checked = promtool("check", "config", str(MONITORING / "prometheus.yml"))
    assert checked.returncode == 0, checked.stderr


def test_each_alert_fires_on_what_it_is_for_and_is_quiet_on_a_good_day() -> None:
    tested = promtool("test", "rules", str(MONITORING / "alerts_test.yml"))
    assert tested.returncode == 0, tested.stdout


def test_no_alert_is_left_untested() -> None:
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"][0]["rules"]
    tests = yaml.safe_load((MONITORING / "alerts_test.yml").read_text())["tests"]
    fires = {each["alertname"] for test in tests for each in test["alert_rule_test"] if "exp_alerts" in each}
    quiet = {each["alertname"] for each in tests[0]["alert_rule_test"] if "exp_alerts" not in each}
    assert {rule["alert"] for rule in rules} == fires == quiet


def test_a_rule_that_is_wrong_is_found(tmp_path: Path) -> None:
    for name in ("alerts.yml", "alerts_test.yml"):
        text = (MONITORING / name).read_text()
        (tmp_path / name).write_text(text.replace("> 0.01", "> 0.5"))
    assert promtool("test", "rules", str(tmp_path / "alerts_test.yml")).returncode != 0
