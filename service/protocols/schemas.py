"""What the other protocols take and answer, for reading it and for the OpenAPI document."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from models.references import REFERENCE_PATTERN
from models.text import listed
from service.schemas.predict import MAX_PATHS, Levels, OneOrEach

MAX_INPUTS, MAX_NAME_LENGTH = 300, 300
SIGNATURE = "serving_default"  # TensorFlow's word for the one that need not be named
_Name = Annotated[str, Field(max_length=MAX_NAME_LENGTH)]


# What clients send on their own account.
PASSED_OVER = frozenset(
    {
        *("binary_data_output", "priority", "sequence_id", "sequence_start", "sequence_end", "timeout"),  # Triton's
        *("content_type", "headers"),  # MLServer's
    }
)


SEASONS_PATTERN = r"^[1-9][0-9]{0,8}(,[1-9][0-9]{0,8}){0,2}$"


def _listed_levels(value: Any) -> Any:
    """Levels as a list: the parameters of some protocols are single values, so that several come as a text."""
    if isinstance(value, str) and len(value) <= 200:
        try:
            return [float(part) for part in value.split(",")]
        except ValueError:
            return value
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else value


class Lenient(BaseModel):
    """The base of what other protocols' clients send: unknown fields are passed over, values are still strict."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Parameters(Lenient):
    """How far to forecast, and what to tell besides."""

    # A name that is misspelt must not be passed over: `horizn` would be answered with one step.
    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": True})

    horizon: Annotated[int, Field(ge=1)] = Field(1, description="How many steps to forecast.")
    levels: Annotated[Levels | None, BeforeValidator(_listed_levels)] = Field(
        None, description="Levels of prediction intervals in percent: a list, a number, or a text such as `80,95`."
    )
    adapt: bool = Field(False, description="Have the intervals follow the window.")
    paths: Annotated[int, Field(ge=1, le=MAX_PATHS)] | None = Field(None, description="How many sample paths to draw.")
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = Field(None, description="Which sample paths are drawn.")
    end: OneOrEach | None = Field(None, description="The time of the window's last value, or of each window's.")
    freq: OneOrEach | None = Field(None, description="The time between values, or that of each window's.")
    season: Annotated[int, Field(ge=1)] | Annotated[str, Field(pattern=SEASONS_PATTERN)] | None = Field(
        None, description="How many values the season of all windows has; a text such as `24,168` for up to three."
    )

    @property
    def seasons(self) -> tuple[int, ...] | None:
        """The seasons of all windows, where they were sent."""
        sent = self.season
        return None if sent is None else tuple(int(each) for each in str(sent).split(","))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.seed is not None and self.paths is None:
            raise ValueError("seed is for sample paths: send paths with it, or leave seed out")
        for name in self.model_extra or ():
            if name not in PASSED_OVER and not name.startswith("triton_"):
                known = {"name": name, "known": listed(list(type(self).model_fields))}
                raise PydanticCustomError("unknown_field", "there is no such parameter; there are {known}", known)
        return self


class NamedParameters(Parameters):
    """The same, and which model."""

    model: Annotated[str, Field(pattern=f"^{REFERENCE_PATTERN}$")] | None = Field(
        None, description="A name, optionally with a version or an alias; needed where the registry holds several."
    )


class ErrorText(BaseModel):
    """An error, as the Open Inference Protocol and TensorFlow Serving tell it."""

    error: str


class InferInput(Lenient):
    """A tensor that is sent."""

    name: _Name = Field(description="`window`, `timestamps`, `end`, `freq`, or a covariate: `future.NAME`.")
    shape: Annotated[list[Annotated[int, Field(ge=0, lt=2**31)]], Field(min_length=1, max_length=3)] = Field(
        description="Of `window`: rows and length, and features where the model has several; or the length alone."
    )
    datatype: _Name = Field(description="`FP64`, `FP32` or another kind of number, `BYTES` for texts.")
    parameters: dict[str, Any] | None = Field(None, description="`binary_data_size`, for data that follow the JSON.")
    data: list[Any] | None = Field(None, description="The values row by row, flat or nested; null for a missing one.")


class InferOutput(Lenient):
    """A tensor that is wanted."""

    name: _Name
    parameters: dict[str, Any] | None = Field(None, description="`binary_data`: whether it comes as bytes.")


class InferRequest(Lenient):
    """What the Open Inference Protocol takes."""

    id: Annotated[str, Field(max_length=1_000)] | None = Field(None, description="Comes back with the answer.")
    inputs: Annotated[list[InferInput], Field(min_length=1, max_length=MAX_INPUTS, fail_fast=True)]
    outputs: Annotated[list[InferOutput], Field(max_length=MAX_INPUTS, fail_fast=True)] | None = Field(
        None, description="Which outputs to answer; all of them where none is named."
    )
    parameters: Parameters | None = None


_Instances = Annotated[
    list[Any],
    Field(
        min_length=1, description="Windows, or objects of a `window` and its times and covariates as `/predict` has."
    ),
]
_Inputs = Annotated[
    list[Any] | dict[_Name, Any],
    Field(description="The same by name: an object of lists; or windows; or one window, a list of numbers."),
]


class SplitTable(Lenient):
    """A table as pandas splits it."""

    columns: Annotated[list[_Name], Field(min_length=1, max_length=MAX_INPUTS)]
    data: Annotated[list[list[Any]], Field(min_length=1)]


class InvocationsRequest(Lenient):
    """What MLflow, SageMaker and Vertex AI send: one of the four forms of data, and parameters."""

    instances: _Instances | None = None
    inputs: _Inputs | None = None
    dataframe_split: SplitTable | None = Field(None, description="One window's rows, or a window in each row.")
    dataframe_records: Annotated[list[dict[_Name, Any]], Field(min_length=1)] | None = Field(
        None, description="The same, row by row."
    )
    params: NamedParameters | None = Field(None, description="MLflow's word for parameters.")
    parameters: NamedParameters | None = Field(None, description="Vertex AI's word for them.")


class InstancesRequest(Lenient):
    """What TensorFlow Serving's and KServe's clients send: instances or inputs."""

    signature_name: _Name | None = Field(None, description=f"`{SIGNATURE}`, or nothing.")
    instances: _Instances | None = None
    inputs: _Inputs | None = None
    parameters: Parameters | None = None


class InstancesResponse(BaseModel):
    """A forecast for each instance; for `inputs` also the same by name, as `outputs`."""

    predictions: list[Any] | dict[str, Any]
    outputs: list[Any] | dict[str, Any] | None = None
    warnings: list[str] | None = None


class ModelNames(BaseModel):
    """The names in the registry."""

    models: list[str]


class VersionError(BaseModel):
    """`OK`, or why a version is not served."""

    error_code: str
    error_message: str


class VersionStatus(BaseModel):
    """Whether a version is served."""

    version: str
    state: Literal["AVAILABLE", "END"]
    status: VersionError


class ModelStatus(BaseModel):
    """Whether a model is served, as KServe (`ready`) and TensorFlow Serving tell it."""

    model_config = ConfigDict(protected_namespaces=())

    name: str
    ready: bool
    model_version_status: list[VersionStatus]


class SignatureOf(BaseModel):
    """The version whose signature it is."""

    name: str
    signature_name: str
    version: str


class SignatureMetadata(BaseModel):
    """What a version takes and answers, as TensorFlow Serving tells it."""

    model_config = ConfigDict(protected_namespaces=())

    model_spec: SignatureOf
    metadata: dict[str, Any]


class PredictionsResponse(BaseModel):
    """A forecast for each instance: its steps; with several outputs, an object of them."""

    predictions: list[Any] | dict[str, Any]
    warnings: list[str] | None = None


class ErrorCode(BaseModel):
    """An error as MLflow tells it."""

    error_code: str
    message: str


class Strict(BaseModel):
    """The base of what is answered."""

    model_config = ConfigDict(protected_namespaces=(), extra="forbid")


class InferredTensor(Strict):
    """A tensor that is answered."""

    name: str
    shape: list[int]
    datatype: Literal["FP64", "BYTES"]
    parameters: dict[str, int] | None = None
    data: list[float] | list[str] | None = Field(None, description="The values row by row; absent where bytes follow.")


class InferResponse(Strict):
    """What the Open Inference Protocol answers."""

    model_name: str
    model_version: str
    id: str | None = None
    parameters: dict[str, str] | None = Field(None, description="`warnings`, only where there are any.")
    outputs: list[InferredTensor]


class ServerMetadata(Strict):
    """Which server this is."""

    name: str
    version: str
    extensions: list[str]


class ServerLive(Strict):
    """Whether it runs."""

    live: Literal[True] = True


class ServerReady(Strict):
    """Whether it can forecast."""

    ready: Literal[True] = True


class ModelReady(Strict):
    """Whether a model can forecast."""

    name: str
    ready: Literal[True] = True


class TensorMetadata(Strict):
    """A tensor's name and shape; -1 where a size is free."""

    name: str
    datatype: Literal["FP64", "BYTES"]
    shape: list[int]


class ModelMetadata(Strict):
    """What a model takes and answers."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


READ = (
    ErrorText,
    ErrorCode,
    InferRequest,
    InvocationsRequest,
    InstancesRequest,
)  # schemas that no route's answer names
