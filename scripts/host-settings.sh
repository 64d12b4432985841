# Sourced by image-check and newcomer: finds out how this host reaches Debian's and Python's
# packages, so that the file trees and images made here use the same settings.
# shellcheck shell=bash

debian_mirror() { # prints the mirror that this host uses if it is a Debian, else Debian's own
    local mirror=""
    # shellcheck disable=SC2016  # apt-get fills in the $(...) fields
    mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 2>/dev/null \
        | sed -n 's/^Debian|Debian|//p' | head -n 1) || true
    printf '%s\n' "${mirror:-http://deb.debian.org/debian}"
}

apt_settings() { # prints proxies and checks as a file for apt.conf.d
    apt-config dump Acquire 2>/dev/null \
        | grep -E '^Acquire::(http|https|Retries|Check|ForceIPv)' || true
}

ca_bundle() { # prints the path of the certificates that this host trusts
    local file
    for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
        if [ -n "$file" ] && [ -f "$file" ]; then
            printf '%s\n' "$file"
            return
        fi
    done
}

pip_settings() { # prints a pip.conf with the index of pip; folders of this host are left out
    printf '[global]\n'
    if [ -n "$(ca_bundle)" ]; then printf 'cert = /etc/ssl/certs/ca-certificates.crt\n'; fi
    python3 -m pip config list 2>/dev/null \
        | sed -nE "s/^(global|site|user|:env:)\.(index-url|extra-index-url|trusted-host|proxy|default-timeout)='([^']*)'\$/\2 = \3/p" \
        | grep -v 'file://' | awk '!seen[$1]++' || true
}

bare_debian() { # SUITE DIR PACKAGE...: makes a minimal Debian with only these packages
    local suite=$1 dir=$2
    shift 2
    local include
    include=$(IFS=,; printf '%s' "ca-certificates $*" | tr ' ' ,)
    debootstrap --variant=minbase --include="${include%,}" "$suite" "$dir" "$(debian_mirror)" \
        && apt_settings >"$dir/etc/apt/apt.conf.d/90host"
}
