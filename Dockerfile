# A batch job: reads /in, writes /out, as any user, without network.
ARG BASE=docker.io/library/python:3.12-slim-bookworm

FROM ${BASE} AS build
WORKDIR /build
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY ocr_extract ./ocr_extract
COPY models ./models
RUN python -m venv /opt/ocr-extract \
    && /opt/ocr-extract/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps -r requirements.lock \
    && /opt/ocr-extract/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM ${BASE}
# Versions of Debian's packages follow the base image: pinning them breaks with its updates.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libgl1 libglib2.0-0 poppler-utils tesseract-ocr \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /in /out && chmod 0777 /out
COPY --from=build /opt/ocr-extract /opt/ocr-extract
ENV PATH=/opt/ocr-extract/bin:$PATH \
    HOME=/tmp \
    LC_ALL=C.UTF-8 \
    OMP_THREAD_LIMIT=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 65534:65534
WORKDIR /tmp
ENTRYPOINT ["ocr-extract", "run", "/in", "--out", "/out"]
CMD []
