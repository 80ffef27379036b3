"""Where metrics come from: plain numbers that the parts of the service keep, read when somebody asks.

A new number becomes a metric by a line in service/metrics/catalogue.py and one here.
"""

from importlib.metadata import version

from models.engine.stats import CallStats
from service.dispatch.admission import Admission
from service.dispatch.dispatcher import Dispatcher
from service.lifecycle.model_store import ModelStore
from service.metrics.catalogue import BY_NAME, Series


def of_models(store: ModelStore) -> Series:
    """Which versions are loaded and how many refused, and what has changed since the start."""
    now, counts = store.snapshot, store.counts
    loaded = [model.manifest for model in now.loaded.values()]
    return {
        "rollcast_model_info": {(each.name, str(each.version), each.spec.kind): 1.0 for each in loaded},
        "rollcast_models_refused": {(): float(len(now.refused))},
        "rollcast_models_opening": {(): float(store.opening)},
        "rollcast_models_opened_total": {(): float(counts.opened)},
        "rollcast_models_failed_openings_total": {(): float(counts.refused)},
        "rollcast_models_swaps_total": {(): float(counts.swaps)},
        "rollcast_registry_failed_looks_total": {(): float(counts.failed_looks)},
    }


def of_queues(admission: Admission, dispatcher: Dispatcher) -> Series:
    """What waits, how long that takes, and who was refused because of it."""
    loads = admission.load()
    return {
        "rollcast_forecast_oldest_seconds": {(): dispatcher.oldest_s()},
        "rollcast_queue_wait_seconds": {(queue,): load.wait_s for queue, load in loads.items()},
        "rollcast_queue_length": {(queue,): float(load.size) for queue, load in loads.items()},
        "rollcast_queue_rejected_total": {(queue,): float(admission.rejected[queue]) for queue in loads},
    }


def of_engine(dispatcher: Dispatcher) -> Series:
    """What the engine does, and has done."""
    stats: CallStats = dispatcher.stats()
    return {
        "rollcast_forecasts_under_way": {(): float(dispatcher.under_way())},
        "rollcast_engine_rolling_rows": {(): float(dispatcher.rows())},
        "rollcast_engine_ticks_total": {(): float(stats.ticks)},
        "rollcast_engine_batch_rows": {
            ("first",): [float(each) for each in stats.first_calls],
            ("step",): [float(each) for each in stats.steps],
        },
    }


def of_process() -> Series:
    """What the system knows of this process, and which rollcast it runs."""
    from prometheus_client.process_collector import ProcessCollector  # which nothing needs before it is asked for

    series: Series = {"rollcast_workers": {(): 1.0}, "rollcast_build_info": {(version("rollcast"),): 1.0}}
    for family in ProcessCollector(registry=None).collect():
        for sample in family.samples:
            if sample.name in BY_NAME:
                series[sample.name] = {(): sample.value}
    return series
