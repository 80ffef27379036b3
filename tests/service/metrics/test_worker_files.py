"""Metrics of several workers: slots that are taken over, counters that go on, gauges that begin anew."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from service.metrics.catalogue import Series
from service.metrics.worker_files import WorkerFiles

ROOT = Path(__file__).parents[3]
COUNTER, GAUGE, HISTOGRAM = "rollcast_engine_ticks_total", "rollcast_engine_rolling_rows", "rollcast_engine_batch_rows"


def series_of(count: float, gauge: float) -> Series:
    return {COUNTER: {(): count}, GAUGE: {(): gauge}, HISTOGRAM: {("step",): [count, 2 * count]}}


def test_each_worker_reads_what_the_others_published(tmp_path: Path) -> None:
    one, other = WorkerFiles(tmp_path), WorkerFiles(tmp_path)
    one.publish(series_of(5, 1))
    other.publish(series_of(7, 2))
    assert list(one.others()) == [series_of(7, 2)]
    assert list(other.others()) == [series_of(5, 1)]


def test_who_takes_a_slot_over_goes_on_counting_and_begins_gauges_anew(tmp_path: Path) -> None:
    first, other = WorkerFiles(tmp_path), WorkerFiles(tmp_path)
    first.publish(series_of(5, 9))
    other.publish(series_of(7, 1))
    first.close()  # as its end does
    second = WorkerFiles(tmp_path)
    assert second.publish(series_of(1, 2)) == series_of(6, 2)
    assert second.publish(series_of(3, 2)) == series_of(8, 2)  # not twice what was there before
    assert list(other.others()) == [series_of(8, 2)]


def test_workers_that_come_and_go_leave_no_more_files_than_ever_ran_at_once(tmp_path: Path) -> None:
    for _ in range(20):
        pair = [WorkerFiles(tmp_path), WorkerFiles(tmp_path)]
        for each in pair:
            each.publish(series_of(1, 1))
        for each in pair:
            each.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "slot-0.json",
        "slot-0.lock",
        "slot-1.json",
        "slot-1.lock",
    ]
    again = WorkerFiles(tmp_path)
    assert again.publish(series_of(0, 0))[COUNTER] == {(): 20.0}


def test_a_slot_is_held_by_the_process_and_freed_by_its_end(tmp_path: Path) -> None:
    code = """
import os, pathlib, sys
from service.metrics.worker_files import WorkerFiles
WorkerFiles(pathlib.Path(sys.argv[1])).publish({"rollcast_engine_ticks_total": {(): 4.0}})
print("published", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        beside = WorkerFiles(tmp_path)
        assert list(beside.others()) == [{COUNTER: {(): 4.0}}]
        holder.kill()
    assert WorkerFiles(tmp_path).publish({COUNTER: {(): 1.0}}) == {COUNTER: {(): 5.0}}


def test_a_folder_that_is_full_or_gone_costs_sharing_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    files = WorkerFiles(folder)
    folder.rename(tmp_path / "gone")
    with caplog.at_level(logging.WARNING, "rollcast"):
        assert files.publish(series_of(1, 1)) == series_of(1, 1)
        files.publish(series_of(2, 2))
    assert [record.getMessage()[:29] for record in caplog.records] == ["metrics can't be shared with "]
    assert list(files.others()) == []
