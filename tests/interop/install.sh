#!/bin/sh
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Install what judges the emulator: install.sh FOLDER, or the environment variable INTEROP, else .cache/interop.
# Does nothing, quickly, when all is there.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-${INTEROP:-$here/../../.cache/interop}}
python=${PYTHON:-python3}

say() {
    echo "tests/interop/install.sh: $*" >&2
}

# Debian's packages: a registry, a client of registries, and what runs the JavaScript client.
packages=
command -v docker-registry >/dev/null || packages="$packages docker-registry"
command -v skopeo >/dev/null || packages="$packages skopeo"
command -v node >/dev/null || packages="$packages nodejs"
command -v npm >/dev/null || packages="$packages npm"
if [ -n "$packages" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "these Debian packages are missing, and only root can install them:$packages."
        exit 1
    fi
    say "installing$packages"
    apt-get update -qq
    # $packages is a list: it has to be split into words.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
    # The package of docker-registry starts a service on port 5000. Nobody asked for one: the tests start their own.
    case $packages in
        *docker-registry*) [ ! -d /run/systemd/system ] || systemctl disable --quiet --now docker-registry ;;
    esac
fi
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'; then
    say "the JavaScript client needs Node.js 20 or newer, this is $(node --version)."
    exit 1
fi

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# A copy of what was asked for, written last, says that the installation is complete and still the right one.
if ! cmp -s "$here/package-lock.json" "$folder/installed-package-lock.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$folder"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --cache "$folder/npm-cache")
    cp "$here/package-lock.json" "$folder/installed-package-lock.json"
fi

# Debian has oras since version 13. That one is unpacked here, whatever Debian this is; nothing of it is installed into the system.
# It comes from the mirror that the machine uses anyway, and is verified by the keys that the machine trusts anyway.
if [ ! -x "$folder/bin/oras" ]; then
    mirror() {
        # What is to be shown is apt's to fill in, not the shell's.
        # shellcheck disable=SC2016
        apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
    }
    [ -n "$(mirror)" ] || apt-get update -qq
    if [ -z "$(mirror)" ]; then
        say "no source of apt is Debian itself, where oras comes from."
        exit 1
    fi
    apt=$folder/apt
    rm -rf "$apt"
    mkdir -p "$apt/lists/partial" "$apt/cache" "$folder/bin"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) trixie main" >"$apt/sources.list"
    trixie() {
        apt-get -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$apt/lists" \
            -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
    }
    say "unpacking oras"
    trixie update
    (cd "$apt" && trixie download oras)
    dpkg-deb -x "$apt"/oras_*.deb "$apt/unpacked"
    mv "$apt/unpacked/usr/bin/oras" "$folder/bin"
    rm -rf "$apt"
fi

# Each Python client in a virtual environment of its own: neither cares for what the other needs.
environment() { # NAME REQUIREMENTS
    if ! cmp -s "$here/$2" "$folder/installed-$2" || ! "$folder/$1/bin/python" -c '' 2>/dev/null; then
        rm -rf "${folder:?}/$1"
        "$python" -m venv "$folder/$1"
        "$folder/$1/bin/python" -m pip install --quiet --disable-pip-version-check --cache-dir "$folder/pip-cache" -r "$here/$2"
        cp "$here/$2" "$folder/installed-$2"
    fi
}
environment python requirements.txt
environment az requirements-az.txt
