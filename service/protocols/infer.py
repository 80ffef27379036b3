"""A request of the Open Inference Protocol: tensors in, tensors out, in JSON or after it as bytes."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic_core import to_json

from models.errors import InvalidRequest, Location
from models.inference.sent_covariates import KINDS, SentCovariates
from models.references import Reference
from models.spec.manifest import Manifest
from models.text import listed
from service.forecasting import Forecast, ForecastRequest
from service.http.json_checks import check_all_names
from service.http.problems import BODY_TOO_LARGE, ProblemException
from service.protocols.named_tensors import arrays_of, warnings_of
from service.protocols.schemas import InferInput, InferRequest, Parameters
from service.protocols.tensors import BYTES, Array, check_length, datatype_of, from_bytes, from_json, to_bytes
from service.schemas.predict import MAX_CATEGORY_LENGTH, MAX_COVARIATES, MAX_WINDOWS
from service.window_seasons import answered_seasons, is_found
from service.window_times import WindowTimes

MAX_TIME_LENGTH = 40
_TIMES = ("timestamps", "end", "freq")
_NO_INPUT = (
    "there is no such input; there are window, timestamps, end, freq, and covariates such as future.NAME, past.NAME "
    "and static.NAME"
)
_NO_WINDOW = (
    "expected an input named window beside it; windows of several lengths are no tensor: send each in a request of its "
    "own, or all with windows in POST /predict"
)


class Answer(NamedTuple):
    """A body, and how much of it is JSON where bytes follow."""

    body: bytes
    json_length: int | None = None


class Infer(NamedTuple):
    """A request to infer, as an exchange takes it; `forecast` is the same, free of the protocol."""

    asked: InferRequest
    forecast: ForecastRequest

    @property
    def model(self) -> Reference | None:
        """Which model is asked."""
        return self.forecast.model

    @property
    def windows(self) -> Sequence[Any]:
        """The windows, null where a value is missing."""
        window = np.asarray(self.forecast.windows)
        found = window.astype(object)
        found[np.isnan(window)] = None
        return list(found.tolist())

    def request(self, _: Manifest) -> ForecastRequest:
        """The request, free of the protocol."""
        return self.forecast

    def location(self, location: Location) -> Location:
        """Where in the tensors, or in the parameters, a location lies."""
        match location:
            case ("windows", *rest):
                return ("window", *rest)
            case ("times", int() as index, str() as name, *rest):
                return (name, index, *rest)
            case ("seasons", *_):
                return ("season",)
            case ("future" | "past" | "static" as kind, int() as index, str() as name, *rest):
                return (f"{kind}.{name}", index, *rest)
        return location

    def encode(self, forecast: Forecast) -> Answer:
        """The outputs that are wanted, each in JSON or as bytes."""
        arrays = dict(arrays_of(forecast))
        asked = self.asked.parameters
        extra = {} if asked is None else asked.model_extra or {}
        in_general = extra.get("binary_data_output") is True
        wanted = {each.name: each.parameters or {} for each in self.asked.outputs or ()}
        outputs, raw = list[dict[str, Any]](), list[bytes]()
        for name, chosen in (wanted or {each: {} for each in arrays}).items():
            if name not in arrays:
                raise InvalidRequest(f"there are {listed(list(arrays))}; bounds need levels", ("outputs", name))
            tensor = arrays[name]
            output: dict[str, Any] = {"name": name, "datatype": datatype_of(tensor), "shape": list(tensor.shape)}
            if chosen.get("binary_data", in_general) is True:
                raw.append(to_bytes(tensor))
                output["parameters"] = {"binary_data_size": len(raw[-1])}
            else:
                output["data"] = tensor.ravel().tolist()
            outputs.append(output)
        manifest = forecast.manifest
        content: dict[str, Any] = {"model_name": manifest.name, "model_version": str(manifest.version)}
        if self.asked.id is not None:
            content["id"] = self.asked.id
        parameters = {"warnings": "; ".join(warnings)} if (warnings := warnings_of(forecast)) else {}
        if is_found(forecast.found):  # a text, as a parameter is no list
            parameters["season"] = to_json(answered_seasons(forecast.found, many=True)).decode()
        if parameters:
            content["parameters"] = parameters
        told = to_json({**content, "outputs": outputs})
        return Answer(b"".join([told, *raw]), len(told)) if raw else Answer(told)


def read_infer(body: bytes, model: Reference, json_length: int | None, max_values: int) -> Infer:
    """A body of the protocol, checked.

    Raises pydantic.ValidationError, InvalidRequest, and ProblemException where it holds more than `max_values` values.
    """
    told = body[:json_length]
    asked = InferRequest.model_validate_json(told)
    check_all_names(told)
    if (count := sum(math.prod(each.shape) for each in asked.inputs)) > max_values:
        raise ProblemException(
            BODY_TOO_LARGE, f"the body may hold at most {max_values} values, but {count} came; send fewer windows"
        )
    tensors, at = dict[str, Array](), len(told)
    for sent in asked.inputs:
        if sent.name in tensors:
            raise InvalidRequest("expected each input once, but this one came again", (sent.name,))
        tensors[sent.name], at = _tensor(sent, body, at)
    if at != len(body):
        raise InvalidRequest(f"{len(body) - at} bytes follow those of the inputs", ("inputs",))
    return Infer(asked, _forecast_request(_rows_of(tensors), asked.parameters or Parameters(), model))


def _tensor(sent: InferInput, body: bytes, at: int) -> tuple[Array, int]:
    """An input's tensor, and where in the body the next one's bytes begin."""
    size = (sent.parameters or {}).get("binary_data_size")
    if size is None:
        if sent.data is None:
            raise InvalidRequest("expected data, or the parameter binary_data_size and as many bytes", (sent.name,))
        return from_json(sent.name, sent.datatype, sent.shape, sent.data), at
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= len(body) - at:
        raise InvalidRequest(f"expected a binary_data_size of at most {len(body) - at}, the bytes left", (sent.name,))
    if sent.data is not None:
        raise InvalidRequest("expected data or binary_data_size, but both came", (sent.name,))
    if sent.datatype != BYTES:
        check_length(sent.name, sent.datatype, sent.shape, math.prod(sent.shape))
    return from_bytes(sent.name, sent.datatype, sent.shape, body[at : at + size]), at + size


def _rows_of(tensors: Mapping[str, Array]) -> Mapping[str, Array]:
    """The tensors, checked, those of a single window as of one row. Raises InvalidRequest."""
    if len(tensors) > MAX_COVARIATES:
        raise InvalidRequest(f"expected at most {MAX_COVARIATES} inputs", ("inputs",))
    window = tensors.get("window")
    if window is None:
        raise InvalidRequest(_NO_WINDOW if _known(tensors) else _NO_INPUT, (next(iter(tensors)),))
    if window.dtype == object:
        raise InvalidRequest("expected numbers, but texts came", ("window",))
    rows = 1 if window.ndim == 1 else len(window)
    if not 1 <= rows <= MAX_WINDOWS:
        raise InvalidRequest(f"expected 1 to {MAX_WINDOWS} rows, but {rows} came", ("window",))
    found = {}
    for name, tensor in tensors.items():
        rank = 1 if name in ("end", "freq") or name.startswith("static.") else 2
        if window.ndim == 1 and tensor.ndim == rank - 1:
            tensor = tensor[None]
        if name != "window":
            _check_input(name, tensor, rank, rows)
        found[name] = tensor
    return found


def _check_input(name: str, tensor: Array, rank: int, rows: int) -> None:
    """Raise InvalidRequest where a tensor beside the window is none that there can be."""
    if not _known([name]):
        raise InvalidRequest(_NO_INPUT, (name,))
    if tensor.ndim != rank or (len(tensor) != rows and not (name == "freq" and len(tensor) == 1)):
        shape = f"[{rows}]" if rank == 1 else f"[{rows}, length]"
        raise InvalidRequest(f"expected the shape {shape}: one for each of {rows} windows", (name,))
    if tensor.dtype != object:
        if name in _TIMES:
            raise InvalidRequest("expected texts: the datatype BYTES", (name,))
        if not np.isfinite(tensor).all():
            raise InvalidRequest("expected finite numbers", (name,))
        return
    longest = MAX_TIME_LENGTH if name in _TIMES else MAX_CATEGORY_LENGTH
    if any(len(text) > longest for text in tensor.ravel()):
        raise InvalidRequest(f"expected at most {longest} characters, but more came", (name,))


def _known(names: Iterable[str]) -> bool:
    parts = [(name, *name.partition(".")) for name in names]
    return all(name in ("window", *_TIMES) or (kind in KINDS and dot and of) for name, kind, dot, of in parts)


def _forecast_request(tensors: Mapping[str, Array], parameters: Parameters, model: Reference) -> ForecastRequest:
    window = tensors["window"]
    named = any("." in name for name in tensors)
    return ForecastRequest(
        windows=window,
        horizon=parameters.horizon,
        model=model,
        levels=parameters.levels or (),
        times=_times(tensors, parameters, len(window)),
        covariates=SentCovariates(*(_covariates(tensors, kind, len(window)) for kind in KINDS if named)),
        adapt=parameters.adapt,
        paths=parameters.paths or 0,
        seed=parameters.seed or 0,
        seasons=None if parameters.seasons is None else [parameters.seasons] * len(window),
    )


def _times(tensors: Mapping[str, Array], parameters: Parameters, rows: int) -> list[WindowTimes] | None:
    """What tells each window's times, in tensors or in parameters; a single freq is that of all windows."""
    told: dict[str, list[Any]] = {name: tensors[name].tolist() for name in _TIMES if name in tensors}
    for name in ("end", "freq"):
        sent = getattr(parameters, name)
        if sent is not None:
            told[name] = [sent] if isinstance(sent, str) else sent
    if not told:
        return None
    if {"timestamps", "end"} <= told.keys():
        raise InvalidRequest("send either timestamps or end, but both came", ("timestamps",))
    each = {name: told.get(name, [None]) for name in _TIMES}
    for name, values in each.items():
        if len(values) == 1 and (name == "freq" or name not in told):
            each[name] = values * rows
        elif len(values) != rows:
            raise InvalidRequest(f"expected one for each of {rows} windows, but {len(values)} came", (name,))
    return [WindowTimes(*fields) for fields in zip(*each.values(), strict=True)]


def _covariates(tensors: Mapping[str, Array], kind: str, rows: int) -> list[dict[str, Any]] | None:
    """The values of each window's covariates of a kind by name; None where none came."""
    sent = {name.partition(".")[2]: tensor.tolist() for name, tensor in tensors.items() if name.startswith(f"{kind}.")}
    return [{name: values[row] for name, values in sent.items()} for row in range(rows)] if sent else None
