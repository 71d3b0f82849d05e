# shellcheck shell=bash disable=SC2154
# What the parts of `.ci/packages.sh` share: they are read with this file first, in a `$scratch` of
# their own.

# Installs Debian's package of a program that is not there.
need() {
    command -v "$1" > /dev/null && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
        apt-get install --yes --quiet --no-install-recommends "$2" > "$scratch/apt.log" 2>&1 && return
        apt-get update --quiet >> "$scratch/apt.log" 2>&1 || true
        apt-get install --yes --quiet --no-install-recommends "$2" >> "$scratch/apt.log" 2>&1 && return
        tail -n 5 "$scratch/apt.log" >&2
    fi
    left_out "$1 is needed: install it (Debian: $2)"
}

# Ends where this machine cannot go on, as other checks leave out what is not installed.
left_out() {
    echo "$(basename "$0"): the rest is left out: $1"
    exit 0
}

export DEBIAN_FRONTEND=noninteractive
tools=$PWD/target/tools
export PATH=$tools/bin:$PATH

# Installs a program of crates.io, in the version that the checks were written with.
need_crate() {
    local told
    told=$("$1" "${1#cargo-}" --version 2> /dev/null || true)
    [ "${told##* }" = "$2" ] && return
    # They pack some files: what it takes to optimise them is not worth the time.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo install "$1" --version "$2" --locked --quiet --root "$tools" --target-dir "$tools/target" ||
        left_out "$1 $2 cannot be installed"
}

# Sets `python` to a Python that has a package of PyPI.
need_python() {
    python=$scratch/python/bin/python
    if ! python3 -m venv "$scratch/python" ||
        ! "$python" -m pip install --quiet --disable-pip-version-check "$@"; then
        left_out "Python with venv and $* is needed"
    fi
}
