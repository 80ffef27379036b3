# Two images: `service` answers requests (no TensorFlow, no compiler), `train` publishes models.
# Neither holds a model: the registry is mounted on /registry. What is installed is told by /opt/rollcast/sbom.json.

# A tag can be moved to another image; docs/operations.md tells how to pin one by its digest.
ARG BASE_IMAGE=python:3.13-slim-trixie

FROM ${BASE_IMAGE} AS wheel
WORKDIR /src
RUN python -m venv /build
COPY requirements/build.lock requirements/
RUN /build/bin/pip install --no-cache-dir --only-binary :all: --require-hashes --no-deps -r requirements/build.lock
COPY . .
RUN /build/bin/pip wheel --no-cache-dir --no-build-isolation --no-deps --wheel-dir /wheel .

FROM ${BASE_IMAGE} AS sbom
RUN python -m venv /sbom
COPY requirements/sbom.lock /requirements/
RUN /sbom/bin/pip install --no-cache-dir --only-binary :all: --require-hashes --no-deps -r /requirements/sbom.lock

# The environments have no pip of their own; the base image's fills them from outside, and compiles the bytecode.
FROM ${BASE_IMAGE} AS environment
ENV PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /opt/rollcast
COPY requirements/serve.lock /requirements/
# The locks are complete: pip must not look for dependencies, only check that none is missing. NumPy's own test suite is
# 17 MB.
RUN pip --python /opt/rollcast install --no-cache-dir --only-binary :all: --require-hashes --no-deps -r /requirements/serve.lock \
    && pip --python /opt/rollcast check \
    && find /opt/rollcast -type d -name tests -prune -exec rm -r {} +

FROM environment AS service-environment
COPY --from=wheel /wheel /wheel
RUN pip --python /opt/rollcast install --no-cache-dir --no-deps /wheel/*.whl
COPY --from=sbom /sbom /sbom
RUN /sbom/bin/cyclonedx-py environment --output-reproducible --output-file /opt/rollcast/sbom.json /opt/rollcast

FROM ${BASE_IMAGE} AS service
COPY --from=service-environment /opt/rollcast /opt/rollcast
# ONNX Runtime reports its use from the moment it is imported, so it is told beforehand not to.
ENV PATH=/opt/rollcast/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ORT_DISABLE_TELEMETRY=1 \
    ROLLCAST_HOST=0.0.0.0 \
    ROLLCAST_PORT=8000 \
    ROLLCAST_REGISTRY=/registry
USER 10001:10001
EXPOSE 8000
# Readiness, not liveness: "healthy" is what others wait for before they send requests, and Docker restarts
# nothing on it. Through http.client, because urllib would ask a configured proxy for 127.0.0.1; the certificate is made
# for other names than that, and says nothing that matters here.
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 \
    CMD ["python", "-I", "-c", "import http.client, os, ssl, sys; tls = ssl.create_default_context(); tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE; https = {'context': tls} if os.environ.get('ROLLCAST_SSL_CERTFILE') else None; c = (http.client.HTTPSConnection if https else http.client.HTTPConnection)('127.0.0.1', int(next(filter(None, map(os.environ.get, ('AIP_HTTP_PORT', 'SAGEMAKER_BIND_TO_PORT', 'ROLLCAST_PORT'))))), timeout=3, **(https or {})); c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["rollcast"]
CMD ["serve"]

FROM environment AS train-environment
COPY requirements/train.lock /requirements/
RUN pip --python /opt/rollcast install --no-cache-dir --only-binary :all: --require-hashes --no-deps -r /requirements/train.lock \
    && pip --python /opt/rollcast check
COPY --from=wheel /wheel /wheel
RUN pip --python /opt/rollcast install --no-cache-dir --no-deps /wheel/*.whl
COPY --from=sbom /sbom /sbom
RUN /sbom/bin/cyclonedx-py environment --output-reproducible --output-file /opt/rollcast/sbom.json /opt/rollcast

FROM ${BASE_IMAGE} AS train
COPY --from=train-environment /opt/rollcast /opt/rollcast
# It runs as whoever calls it, who has no home here: Keras and matplotlib keep their caches below HOME.
ENV PATH=/opt/rollcast/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ORT_DISABLE_TELEMETRY=1 \
    HOME=/tmp \
    ROLLCAST_REGISTRY=/registry
USER 10001:10001
ENTRYPOINT ["rollcast", "train"]
CMD ["--help"]
