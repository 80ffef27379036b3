"""A request of the Open Inference Protocol: tensors in, tensors out, in JSON or after it as bytes."""

import math
from collections.abc import Mapping, Sequence
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
from service.window_times import WindowTimes

MAX_TIME_LENGTH = 40
_TIMES = ("timestamps", "end", "freq")
_TAKEN = "window, timestamps, end, freq, and covariates such as future.NAME, past.NAME and static.NAME"


class Answer(NamedTuple):
    """A body, and how much of it is JSON where bytes follow."""

    body: bytes
    json_length: int | None = None


class Infer(NamedTuple):
    """A request to infer, as an exchange takes it."""

    model: Reference
    asked: InferRequest
    tensors: Mapping[str, Array]
    parameters: Parameters

    @property
    def windows(self) -> Sequence[Any]:
        """The windows, null where a value is missing."""
        window = self._window()
        found = window.astype(object)
        found[np.isnan(window)] = None
        return list(found.tolist())

    def request(self, _: Manifest) -> ForecastRequest:
        """The request, free of the protocol."""
        window, parameters = self._window(), self.parameters
        return ForecastRequest(
            windows=window,
            horizon=parameters.horizon,
            model=self.model,
            levels=parameters.levels or (),
            times=self._times(len(window)),
            covariates=SentCovariates(*(self._covariates(kind, len(window)) for kind in KINDS)),
            adapt=parameters.adapt,
            paths=parameters.paths or 0,
            seed=parameters.seed or 0,
        )

    def location(self, location: Location) -> Location:
        """Where in the tensors, or in the parameters, a location lies."""
        match location:
            case ("windows", *rest):
                return ("window", *rest)
            case ("times", int() as index, str() as name, *rest):
                return (name, index, *rest)
            case ("future" | "past" | "static" as kind, int() as index, str() as name, *rest):
                return (f"{kind}.{name}", index, *rest)
        return location

    def encode(self, forecast: Forecast) -> Answer:
        """The outputs that are wanted, each in JSON or as bytes."""
        arrays = dict(arrays_of(forecast))
        extra = self.parameters.model_extra or {}
        in_general = extra.get("binary_data_output") is True
        wanted = {each.name: each.parameters or {} for each in self.asked.outputs or ()}
        outputs, raw = list[dict[str, Any]](), list[bytes]()
        for name, parameters in (wanted or {each: {} for each in arrays}).items():
            if name not in arrays:
                raise InvalidRequest(f"there are {listed(list(arrays))}; bounds need levels", ("outputs", name))
            tensor = arrays[name]
            output: dict[str, Any] = {"name": name, "datatype": datatype_of(tensor), "shape": list(tensor.shape)}
            if parameters.get("binary_data", in_general) is True:
                raw.append(to_bytes(tensor))
                output["parameters"] = {"binary_data_size": len(raw[-1])}
            else:
                output["data"] = tensor.ravel().tolist()
            outputs.append(output)
        manifest = forecast.manifest
        content: dict[str, Any] = {"model_name": manifest.name, "model_version": str(manifest.version)}
        if self.asked.id is not None:
            content["id"] = self.asked.id
        if warnings := warnings_of(forecast):
            content["parameters"] = {"warnings": "; ".join(warnings)}
        told = to_json({**content, "outputs": outputs})
        return Answer(b"".join([told, *raw]), len(told)) if raw else Answer(told)

    def _window(self) -> Array:
        window = self.tensors["window"]
        return window[None] if window.ndim == 1 else window

    def _times(self, rows: int) -> list[WindowTimes] | None:
        each = {name: self._texts(name, rows) for name in _TIMES}
        if all(found is None for found in each.values()):
            return None
        if each["timestamps"] is not None and each["end"] is not None:
            raise InvalidRequest("send either timestamps or end, but both came", ("timestamps",))
        return [WindowTimes(*told) for told in zip(*(found or [None] * rows for found in each.values()), strict=True)]

    def _texts(self, name: str, rows: int) -> list[Any] | None:
        """What tells each window's times, from a tensor or a parameter; a single freq is that of all windows."""
        tensor = self.tensors.get(name)
        if tensor is None:
            sent = getattr(self.parameters, name, None)
            if sent is None:
                return None
            found: list[Any] = [sent] if isinstance(sent, str) else sent
        else:
            nested = name == "timestamps" and self.tensors["window"].ndim == 1 == tensor.ndim
            found = tensor[None].tolist() if nested else tensor.tolist()
            check_texts(name, tensor, MAX_TIME_LENGTH)
        if len(found) == 1 and name == "freq":
            return found * rows
        if len(found) != rows or isinstance(found[0], list) != (name == "timestamps"):
            shape = f"[{rows}, length]" if name == "timestamps" else f"[{rows}]"
            raise InvalidRequest(f"expected the shape {shape}: one for each of {rows} windows", (name,))
        return found

    def _covariates(self, kind: str, rows: int) -> list[dict[str, Any]] | None:
        names = [name for name in self.tensors if name.startswith(f"{kind}.")]
        if not names:
            return None
        found: list[dict[str, Any]] = [{} for _ in range(rows)]
        for name in names:
            tensor, needed = self.tensors[name], 1 if kind == "static" else 2
            if self.tensors["window"].ndim == 1 and tensor.ndim == needed - 1:
                tensor = tensor[None]
            if tensor.ndim != needed or len(tensor) != rows:
                shape = f"[{rows}]" if kind == "static" else f"[{rows}, length]"
                raise InvalidRequest(f"expected the shape {shape}: one for each of {rows} windows", (name,))
            check_texts(name, tensor, MAX_CATEGORY_LENGTH)
            for row, values in zip(found, tensor.tolist(), strict=True):
                row[name.partition(".")[2]] = values
        return found


def check_texts(name: str, tensor: Array, longest: int) -> None:
    """Raise InvalidRequest where a text is longer than any need be, or a number none."""
    if tensor.dtype != object:
        if name in _TIMES:
            raise InvalidRequest("expected texts: the datatype BYTES", (name,))
        if not np.isfinite(tensor).all():
            raise InvalidRequest("expected finite numbers", (name,))
    elif any(len(text) > longest for text in tensor.ravel()):
        raise InvalidRequest(f"expected at most {longest} characters, but more came", (name,))


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
    _check_inputs(tensors)
    return Infer(model, asked, tensors, asked.parameters or Parameters())


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


def _check_inputs(tensors: Mapping[str, Array]) -> None:
    for name in tensors:
        kind, dot, of = name.partition(".")
        if name not in ("window", *_TIMES) and not (dot and of and kind in KINDS):
            raise InvalidRequest(f"there is no such input; there are {_TAKEN}", (name,))
    if len(tensors) > MAX_COVARIATES:
        raise InvalidRequest(f"expected at most {MAX_COVARIATES} inputs", ("inputs",))
    window = tensors.get("window")
    if window is None:
        raise InvalidRequest(
            "expected an input named window; windows of several lengths are no tensor: send each in a request of its "
            "own, or all with windows in POST /predict",
            ("inputs",),
        )
    if window.dtype == object:
        raise InvalidRequest("expected numbers, but texts came", ("window",))
    if window.ndim > 1 and not 1 <= len(window) <= MAX_WINDOWS:
        raise InvalidRequest(f"expected 1 to {MAX_WINDOWS} rows, but {len(window)} came", ("window",))
