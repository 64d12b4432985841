# Sourced by image-check: finds docker or podman, and a base image. The base image is pulled from
# a registry; when no registry is reached, a stand-in with the same parts is made.
# shellcheck shell=bash

PULLED=$(sed -n 's/^ARG BASE=//p' Dockerfile)
STAND_IN=localhost/ocr-extract-stand-in
BASE_PYTHON=$(printf '%s' "$PULLED" | sed -E 's/.*python:([0-9]+\.[0-9]+).*/\1/')
BASE_SUITE=${PULLED##*-}

find_engine() { # sets ENGINE; returns 1 when neither docker nor podman runs
    local name
    for name in docker podman; do
        if command -v "$name" >/dev/null 2>&1 && "$name" info >/dev/null 2>&1; then
            ENGINE=$name
            return
        fi
    done
    printf 'skipped: neither docker nor podman runs here (Debian: apt-get install podman)\n'
    return 1
}

find_base() { # sets BASE; returns 1 and prints the reason when there is no base image
    BASE=$PULLED
    if ! "$ENGINE" image inspect "$BASE" >/dev/null 2>&1 \
        && ! timeout 300 "$ENGINE" pull -q "$BASE" >>"$LOG" 2>&1; then
        BASE=$STAND_IN:$BASE_PYTHON
        "$ENGINE" image inspect "$BASE" >/dev/null 2>&1 || stand_in || return 1
    fi
    if ! starts; then
        settle_podman
        starts || { printf 'skipped: %s starts no container here: %s\n' "$ENGINE" "$(tail -n 1 "$LOG")"; return 1; }
    fi
}

starts() { "$ENGINE" run --rm --network none "$BASE" true >>"$LOG" 2>&1; }

settle_podman() { # settings for podman inside another container: no own cgroups, low limits
    [ "$ENGINE" = podman ] || return 0
    cat >"$WORK/containers.conf" <<CONF
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
$(command -v runc >/dev/null 2>&1 && printf 'runtime = "runc"')
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
CONF
    export CONTAINERS_CONF=$WORK/containers.conf BUILDAH_ISOLATION=chroot
}

engine_build() { # ARGUMENT...: builds with this host's pip settings, which stay out of it
    pip_settings >"$WORK/pip.conf"
    local secrets=(--secret "id=pip,src=$WORK/pip.conf")
    if [ -n "$(ca_bundle)" ]; then secrets+=(--secret "id=ca,src=$(ca_bundle)"); fi
    DOCKER_BUILDKIT=1 "$ENGINE" build "${secrets[@]}" "$@"
}

stand_in() { # makes a base image from Debian's packages and a CPython of this host
    if ! command -v debootstrap >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
        printf 'skipped: %s cannot be pulled, and for a stand-in root and debootstrap are needed\n' "$PULLED"
        return 1
    fi
    local tree=$WORK/stand-in prefix packages=()
    prefix=$(host_python)
    if [ -n "$prefix" ]; then
        packages=(netbase tzdata libbz2-1.0 libexpat1 libffi8 liblzma5 libncursesw6 libreadline8
            libsqlite3-0 libssl3 libuuid1 zlib1g)
    else
        packages=(netbase tzdata python3 python3-pip python3-venv)
    fi
    if ! { bare_debian "$BASE_SUITE" "$tree" "${packages[@]}" && stand_in_python "$tree" "$prefix"; } >>"$LOG" 2>&1; then
        printf 'skipped: no stand-in for %s can be made: %s\n' "$PULLED" "$(tail -n 1 "$LOG")"
        return 1
    fi
    slim "$tree" >>"$LOG" 2>&1
    tar -C "$tree" -c . | "$ENGINE" import - "$BASE" >>"$LOG" 2>&1
    rm -rf "$tree"
}

slim() { # TREE: removes documentation as in Debian's slim images, also of later packages
    local left_out="doc man locale info lintian groff"
    for one in $left_out; do
        printf 'path-exclude /usr/share/%s/*\n' "$one" >>"$1/etc/dpkg/dpkg.cfg.d/slim"
        rm -rf "${1:?}/usr/share/$one"
    done
    rm -rf "${1:?}"/var/lib/apt/lists/* "${1:?}"/var/cache/apt/* "${1:?}"/var/log/*
    if command -v strip >/dev/null 2>&1; then strip -g "$1"/usr/local/lib/libpython*.so.* || true; fi
}

host_python() { # prints the prefix of a CPython with the base's version; nothing: use Debian's
    local name
    for name in "python$BASE_PYTHON" "$HOME"/.pyenv/versions/"$BASE_PYTHON".*/bin/python3; do
        "$name" -c 'import sys; sys.base_prefix == "/usr" or print(sys.base_prefix)' 2>/dev/null && return
    done
    true
}

stand_in_python() { # TREE PREFIX: copies Python into /usr/local, as lean as official images
    local tree=$1 prefix=$2 to=$1/usr/local
    if [ -z "$prefix" ]; then
        ln -s /usr/bin/python3 "$to/bin/python"
        return
    fi
    cp -a "$prefix/bin/python$BASE_PYTHON" "$to/bin/"
    ln -s "python$BASE_PYTHON" "$to/bin/python3"
    ln -s python3 "$to/bin/python"
    tar -C "$prefix" -c --exclude=__pycache__ --exclude=test --exclude=idlelib --exclude='*.a' \
        --exclude='site-packages/*' --exclude='config-*' "lib/python$BASE_PYTHON" | tar -C "$to" -x
    cp -a "$prefix"/lib/libpython* "$to/lib/" 2>/dev/null || true
    rm -f "$to"/lib/*.a
    chroot "$tree" /sbin/ldconfig
    chroot "$tree" /usr/local/bin/python -m ensurepip
    find "$to" -name __pycache__ -prune -exec rm -rf {} +
    chroot "$tree" /usr/local/bin/python -B -c 'import bz2, ctypes, lzma, readline, sqlite3, ssl, zlib'
}
