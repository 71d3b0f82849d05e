#!/usr/bin/env bash
# Builds the Debian package of a program that is built already: `bash packaging/build.sh [SASEO]`.
# What follows from the program (man pages, completions) is written into target/packaging first.
# Options of cargo-deb may follow: `--deb-version`, `--output`.
set -euo pipefail
cd "$(dirname "$0")/.."
saseo=${1:-target/release/saseo}
made=target/packaging

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
cargo deb --no-build --locked --quiet "${@:2}"
