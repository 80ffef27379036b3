"""TensorFlow Serving's REST API, and KServe's first one, which shares its paths."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from models.errors import RollcastError
from models.references import Reference
from models.registry.listing import resolve
from service.dependencies import ServiceState, State
from service.lifecycle.snapshot import Key, Snapshot
from service.protocols.asking import ask, opened, reference_of
from service.protocols.documented import BODY, METADATA, OF_A_MODEL, asked_with
from service.protocols.instances import read_predict
from service.protocols.named_tensors import inputs_of, outputs_of
from service.protocols.schemas import (
    SIGNATURE,
    InstancesRequest,
    InstancesResponse,
    ModelNames,
    ModelStatus,
    SignatureMetadata,
    SignatureOf,
    TensorMetadata,
    VersionError,
    VersionStatus,
)

router = APIRouter(prefix="/v1/models", tags=["tensorflow serving, kserve v1"])

_DTYPES = {"FP64": "DT_DOUBLE", "BYTES": "DT_STRING"}
_PREDICT: dict[str, Any] = {
    "response_model": InstancesResponse,
    "responses": BODY,
    "openapi_extra": asked_with(InstancesRequest, "application/json"),
}


# First, as a name would match what follows it as well: a wrong method is then told the right one.
@router.post("/{name}:predict", summary="Forecast instances", **_PREDICT)
async def predict(name: str, request: Request) -> Response:
    """Windows in, their next values out; `horizon` and `levels` are in `parameters`."""
    return await _predict(reference_of(name), request)


@router.post("/{name}/versions/{version}:predict", summary="Forecast instances with a version", **_PREDICT)
async def predict_version(name: str, version: str, request: Request) -> Response:
    """The same of a version."""
    return await _predict(reference_of(name, version), request)


@router.post("/{name}/labels/{label}:predict", summary="Forecast instances with a label's version", **_PREDICT)
async def predict_label(name: str, label: str, request: Request) -> Response:
    """The same of the version that an alias means."""
    return await _predict(reference_of(name, label), request)


@router.get("", summary="List the models' names", responses=METADATA)
async def list_names(state: State) -> ModelNames:
    """Every name in the registry; `/models` tells more."""
    return ModelNames(models=list((await state.models.look_into_all()).listing))


@router.get("/{name}", summary="A model's status", responses=OF_A_MODEL)
async def model_status(name: str, state: State) -> ModelStatus:
    """Whether its default version is served, and which of all are."""
    reference = reference_of(name)
    now = await state.models.look_into(reference, state.settings.timeout_s)
    entry = now.listing.get(reference.name)
    if entry is None:
        resolve(now.listing, reference, now.names)  # raises UnknownModel, with what is near
    keys = [(reference.name, version) for version in reversed(() if entry is None else entry.versions)]
    try:
        ready = now.key(reference) not in now.refused
    except RollcastError:
        ready = False
    return _status(reference.name, keys, now, ready=ready)


@router.get("/{name}/versions/{version}", summary="A version's status", responses=OF_A_MODEL)
async def version_status(name: str, version: str, state: State) -> ModelStatus:
    """Whether a version is served."""
    return await _status_of(reference_of(name, version), state)


@router.get("/{name}/labels/{label}", summary="A label's status", responses=OF_A_MODEL)
async def label_status(name: str, label: str, state: State) -> ModelStatus:
    """Whether the version that an alias means is served."""
    return await _status_of(reference_of(name, label), state)


@router.get("/{name}/metadata", summary="A model's signature", responses=OF_A_MODEL)
async def model_metadata(name: str, state: State) -> SignatureMetadata:
    """What the default version takes and answers."""
    return await _metadata(reference_of(name), state)


@router.get("/{name}/versions/{version}/metadata", summary="A version's signature", responses=OF_A_MODEL)
async def version_metadata(name: str, version: str, state: State) -> SignatureMetadata:
    """What a version takes and answers."""
    return await _metadata(reference_of(name, version), state)


@router.get("/{name}/labels/{label}/metadata", summary="A label's signature", responses=OF_A_MODEL)
async def label_metadata(name: str, label: str, state: State) -> SignatureMetadata:
    """What the version that an alias means takes and answers."""
    return await _metadata(reference_of(name, label), state)


async def _predict(model: Reference, request: Request) -> Response:
    return Response(await ask(request, partial(read_predict, model=model)), media_type="application/json")


async def _status_of(reference: Reference, state: ServiceState) -> ModelStatus:
    now = await state.models.look_into(reference, state.settings.timeout_s)
    key = now.key(reference)
    return _status(key[0], [key], now, ready=key not in now.refused)


def _status(name: str, keys: list[Key], now: Snapshot, *, ready: bool) -> ModelStatus:
    """A version that is not open but can be is opened when it is asked for, so it is available."""
    found = [
        VersionStatus(
            version=str(key[1]),
            state="END" if key in now.refused else "AVAILABLE",
            status=VersionError(
                error_code="FAILED_PRECONDITION" if key in now.refused else "OK", error_message=now.refused.get(key, "")
            ),
        )
        for key in keys
    ]
    return ModelStatus(name=name, ready=ready, model_version_status=found)


async def _metadata(reference: Reference, state: ServiceState) -> SignatureMetadata:
    manifest = (await opened(reference, state)).manifest
    signature = {
        "inputs": {each.name: _tensor_info(each) for each in inputs_of(manifest.spec)},
        "outputs": {each.name: _tensor_info(each) for each in outputs_of(manifest)},
        "method_name": "tensorflow/serving/predict",
    }
    return SignatureMetadata(
        model_spec=SignatureOf(name=manifest.name, signature_name="", version=str(manifest.version)),
        metadata={"signature_def": {"signature_def": {SIGNATURE: signature}}},
    )


def _tensor_info(tensor: TensorMetadata) -> dict[str, Any]:
    """As TensorFlow writes it: whole numbers are texts."""
    dims = [{"size": str(size), "name": ""} for size in tensor.shape]
    return {
        "name": f"{tensor.name}:0",
        "dtype": _DTYPES[tensor.datatype],
        "tensor_shape": {"dim": dims, "unknown_rank": False},
    }
