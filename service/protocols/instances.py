"""Requests that bring instances, or a table, and get predictions: of MLflow, SageMaker, Vertex AI and others."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, to_json

from models.errors import InvalidRequest, Location
from models.references import Reference, parse_reference
from models.spec.manifest import Manifest
from models.text import listed
from service.forecasting import Forecast, ForecastRequest
from service.http.json_checks import check_all_names
from service.protocols.named_tensors import arrays_of, warnings_of
from service.protocols.schemas import SIGNATURE, InstancesRequest, InvocationsRequest, Parameters
from service.routes.predict import forecast_request, location_in
from service.schemas.predict import PredictRequest
from service.window_seasons import answered_seasons, is_found

TIMESTAMP = "timestamp"  # the column of a table that has its rows' times
_OF_A_WINDOW = ("window", "timestamps", "end", "freq", "season", "future", "past", "static")


class Data(NamedTuple):
    """What came, in the fields of a request to /predict; `columns` name those of a table of one window."""

    fields: dict[str, Any]
    columns: Sequence[str] | None = None


class Instances(NamedTuple):
    """A request of instances, as an exchange takes it; `field` is what they came as.

    `by_column` tells that they are answered column by column as well, as `outputs`.
    """

    model: Reference | None
    asked: PredictRequest
    field: str
    columns: Sequence[str] | None = None
    by_column: bool = False

    @property
    def windows(self) -> Sequence[Any]:
        """The windows as they came."""
        return [self.asked.window] if self.asked.windows is None else self.asked.windows

    def request(self, manifest: Manifest) -> ForecastRequest:
        """The request, free of the protocol; a table's columns in the model's order. Raises InvalidRequest."""
        request = forecast_request(self.asked)
        features = manifest.spec.features
        if self.columns is None or len(self.columns) == len(features) == 1:
            return request
        if sorted(self.columns) != sorted(features):
            raise InvalidRequest(
                f"{manifest.title} takes in the columns {listed(features)}, and {TIMESTAMP} for times", ("columns",)
            )
        order = [self.columns.index(feature) for feature in features]
        return request._replace(windows=[[[row[column] for column in order] for row in self.windows[0]]])

    def location(self, location: Location) -> Location:
        """Where in the body a location lies."""
        return _located(location_in(self.asked, location), self.field)

    def encode(self, forecast: Forecast) -> bytes:
        """The forecasts alone, or with all that was asked for beside them."""
        arrays = {name: array.tolist() for name, array in arrays_of(forecast)}
        if self.asked.windows is None:
            arrays = {name: values[0] for name, values in arrays.items()}
        columns: Any = arrays["predictions"] if len(arrays) == 1 else arrays
        rows = columns
        if len(arrays) > 1 and self.asked.windows is not None:
            rows = [dict(zip(arrays, row, strict=True)) for row in zip(*arrays.values(), strict=True)]
        content: dict[str, Any] = {"predictions": rows}
        if self.by_column:
            content["outputs"] = columns
        if is_found(forecast.found):
            content["season"] = answered_seasons(forecast.found, many=self.asked.windows is not None)
        if warnings := warnings_of(forecast):
            content["warnings"] = warnings
        return to_json(content)


def read_invocation(body: bytes) -> Instances:
    """A body of /invocations, checked. Raises pydantic.ValidationError and InvalidRequest."""
    asked = InvocationsRequest.model_validate_json(body)
    check_all_names(body)
    if asked.params is not None and asked.parameters is not None:
        raise InvalidRequest("send params or parameters, but both came", ("params",))
    parameters = asked.params or asked.parameters
    model = None if parameters is None or parameters.model is None else parse_reference(parameters.model)
    sent = {name: getattr(asked, name) for name in ("instances", "inputs", "dataframe_split", "dataframe_records")}
    return instances_of(sent, parameters, model)


def read_predict(body: bytes, model: Reference) -> Instances:
    """A body of TensorFlow Serving's or KServe's :predict, checked. Raises as `read_invocation`."""
    asked = InstancesRequest.model_validate_json(body)
    check_all_names(body)
    if asked.signature_name not in (None, SIGNATURE):
        raise InvalidRequest(f"the only signature is {SIGNATURE}", ("signature_name",))
    question = instances_of({"instances": asked.instances, "inputs": asked.inputs}, asked.parameters, model)
    return question._replace(by_column=question.field == "inputs")


def instances_of(sent: Mapping[str, Any], parameters: Parameters | None, model: Reference | None) -> Instances:
    """The one form of data that came; None stands for the others. Raises as `read_invocation`."""
    came = {name: value for name, value in sent.items() if value is not None}
    if len(came) != 1:
        raise InvalidRequest(f"expected one of {listed(list(sent))}, but {len(came) or 'none'} came")
    [(field, value)] = came.items()
    match field:
        case "instances":
            data = Data(_of_rows(value, field))
        case "inputs":
            data = Data(_of_columns(value))
        case "dataframe_split":
            data = _of_table(value.columns, value.data, field)
        case _:
            columns = list(value[0])
            if any(record.keys() != value[0].keys() for record in value):
                raise InvalidRequest("expected the same columns in every record", (field,))
            data = _of_table(columns, [[record[column] for column in columns] for record in value], field)
    asked = _checked(data.fields, parameters, field)
    return Instances(model, asked, field, data.columns)


def _of_rows(instances: Sequence[Any], field: str) -> dict[str, Any]:
    """Windows, or objects that each have one."""
    if not isinstance(instances[0], dict):
        return {"windows": instances}
    names = list(instances[0])
    for index, instance in enumerate(instances):
        if not isinstance(instance, dict) or instance.keys() != instances[0].keys():
            raise InvalidRequest("expected every instance to have the same fields", (field, index))
    _check_fields(names, field)
    return _many({name: [instance[name] for instance in instances] for name in names})


def _of_columns(inputs: Any) -> dict[str, Any]:
    """The same, column by column; or windows; or one window."""
    if isinstance(inputs, dict):
        _check_fields(list(inputs), "inputs")
        window = inputs["window"]
        return _many(inputs) if isinstance(window, list) and window and isinstance(window[0], list) else inputs
    return {"windows": inputs} if inputs and isinstance(inputs[0], list) else {"window": inputs}


def _of_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], field: str) -> Data:
    """A table: a window in each row, where a column is called so, else the rows of one window."""
    if len(set(columns)) < len(columns):
        raise InvalidRequest("expected each column once, but one came again", (field,))
    for index, row in enumerate(rows):
        if len(row) != len(columns):
            raise InvalidRequest(f"expected {len(columns)} values in each row, but {len(row)} came", (field, index))
    if "window" in columns:
        return Data(_of_rows([dict(zip(columns, row, strict=True)) for row in rows], field))
    by_name = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
    times = by_name.pop(TIMESTAMP, None)
    if not by_name:
        raise InvalidRequest(f"expected columns of values beside {TIMESTAMP}", (field,))
    window = next(iter(by_name.values())) if len(by_name) == 1 else list(map(list, zip(*by_name.values(), strict=True)))
    return Data({"window": window} | ({} if times is None else {"timestamps": times}), list(by_name))


def _check_fields(names: Sequence[str], field: str) -> None:
    if "window" not in names or not set(names) <= set(_OF_A_WINDOW):
        raise InvalidRequest(f"expected window, and of {listed(_OF_A_WINDOW[1:])} what is needed", (field,))


def _many(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {("windows" if name == "window" else name): values for name, values in fields.items()}


def _checked(fields: dict[str, Any], parameters: Parameters | None, field: str) -> PredictRequest:
    """The request to /predict that asks the same. Raises pydantic.ValidationError, its locations those of the body."""
    told: dict[str, Any] = {}
    if parameters is not None:
        came = parameters.model_fields_set.intersection(Parameters.model_fields)
        told = {name: getattr(parameters, name) for name in came}
    if isinstance(told.get("end"), str) and "windows" in fields:  # one parameter for all
        told["end"] = [told["end"]] * len(fields["windows"])
    if parameters is not None and parameters.seasons is not None:
        first, *others = parameters.seasons
        seasons = [first, *others]
        told["season"] = first if not others else [seasons] * len(fields["windows"]) if "windows" in fields else seasons
    try:
        return PredictRequest.model_validate({**told, **fields})
    except ValidationError as error:
        raise ValidationError.from_exception_data(
            error.title,
            [
                InitErrorDetails(
                    type=PydanticCustomError(each["type"], each["msg"], each.get("ctx")),
                    loc=_located(each["loc"], field),
                    input=each["input"],
                )
                for each in error.errors(include_url=False)
            ],
        ) from None


def _located(location: Location, field: str) -> Location:
    return (field, *location[1:]) if location[:1] in (("window",), ("windows",)) else location
