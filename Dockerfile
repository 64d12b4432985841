# A batch job: reads /in, writes /out, as any user, without network, on a read-only root.
# Behind a mirror or a company's certificate, which never get into a layer:
#   docker build --secret id=pip,src=/etc/pip.conf --secret id=ca,src=/etc/ssl/certs/ca-certificates.crt .
ARG BASE=docker.io/library/python:3.12-slim-bookworm

# The packages: made again only when the lock changes.
FROM ${BASE} AS packages
WORKDIR /build
COPY requirements-image.lock ./
# Tests of packages are never imported. The bytecode carries a hash instead of a time: it
# stays good however the files are copied. pip stays in the base: the venv has none.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \
    python -m venv --without-pip /opt/ocr-extract \
    && python -m pip --python /opt/ocr-extract/bin/python install \
        --no-cache-dir --disable-pip-version-check --no-deps --no-compile -r requirements-image.lock \
    && find /opt/ocr-extract/lib -type d -name tests -prune -exec rm -rf {} + \
    && find /opt/ocr-extract/lib -type f \( -name '*.a' -o -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' \) -delete \
    && /opt/ocr-extract/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/ocr-extract/lib

# The program alone, as a tree that is laid over the packages.
FROM packages AS program
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \
    python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --disable-pip-version-check hatchling==1.33.0
COPY pyproject.toml README.md LICENSE ./
COPY models ./models
COPY ocr_extract ./ocr_extract
# The same OpenCV without windows, which would want 160 MB of OpenGL: the image's wheel asks
# for it by its name, so that `pip check` is the truth.
RUN sed -i 's/"opencv-python>=/"opencv-python-headless>=/' pyproject.toml \
    && /opt/build/bin/pip wheel -q --no-cache-dir --no-deps --no-build-isolation -w /wheel . \
    && python -m pip --python /opt/ocr-extract/bin/python install -q --no-cache-dir --no-index \
        --disable-pip-version-check --no-deps --no-compile --prefix /program /wheel/*.whl \
    && python -m compileall -q --invalidation-mode unchecked-hash /program

FROM ${BASE}
# Workflow engines want bash and ps. The official Python images come without bytecode of
# the standard library, and on a read-only root none is ever written.
# Versions of Debian's packages follow the base image: pinning them breaks with its updates.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        bash libglib2.0-0 poppler-utils procps tesseract-ocr \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log \
    && python -c 'import compileall, sysconfig; compileall.compile_dir(sysconfig.get_path("stdlib"), quiet=2)' \
    && mkdir /in /out && chmod 0777 /out
COPY --from=packages /opt/ocr-extract /opt/ocr-extract
COPY --from=program /program /opt/ocr-extract
# No home: what a library would keep there goes to /tmp. Nothing is reported to anybody.
ENV PATH=/opt/ocr-extract/bin:$PATH \
    HOME=/tmp \
    XDG_CACHE_HOME=/tmp/.cache \
    MPLCONFIGDIR=/tmp/.matplotlib \
    LC_ALL=C.UTF-8 \
    OMP_THREAD_LIMIT=1 \
    ORT_DISABLE_TELEMETRY=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# Last, so that another version number makes no layer anew.
ARG VERSION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="ocr-extract" \
      org.opencontainers.image.description="Reads signed publication agreements: signature and date, with an honest confidence" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.version="${VERSION}"
USER 65534:65534
WORKDIR /tmp
ENTRYPOINT ["ocr-extract"]
CMD ["run", "/in", "--out", "/out"]
