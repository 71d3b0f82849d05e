#!/usr/bin/env bash
# Builds a package of a program that is built already: `bash packaging/build.sh deb [SASEO]`, or `rpm`.
# What follows from the program (man pages, completions) is written into target/packaging first.
# Options of cargo-deb or cargo-generate-rpm may follow, as `--output`.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-}
saseo=${2:-target/release/saseo}
made=target/packaging
if [ "$kind" != deb ] && [ "$kind" != rpm ]; then
    echo "usage: bash packaging/build.sh deb|rpm [SASEO [OPTION…]]" >&2
    exit 2
fi

# Environment variables of the caller do not come into the pages.
unset SASEO_CONFIG SASEO_DATA SASEO_STORE SASEO_BLOBS
rm -rf "$made"
mkdir -p "$made"
cp "$saseo" "$made/saseo"
"$made/saseo" --quiet man --out "$made/man"
"$made/saseo" completions bash > "$made/saseo.bash"
"$made/saseo" completions zsh > "$made/_saseo"
"$made/saseo" completions fish > "$made/saseo.fish"

# Files of one commit make one package, whenever and by whom it is built.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 0)}
export SOURCE_DATE_EPOCH
if [ "$kind" = deb ]; then
    cargo deb --no-build --locked --quiet "${@:3}"
else
    cargo generate-rpm "${@:3}"
fi
