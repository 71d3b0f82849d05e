#!/usr/bin/env bash
# Builds every file of a release into a new folder: `bash packaging/release.sh FOLDER`.
set -euo pipefail
cd "$(dirname "$0")/.."
made=${1:?usage: bash packaging/release.sh FOLDER}
mkdir "$made"

# Programs have everything: PostgreSQL and object storage, too.
static=$(bash packaging/static.sh --features postgres)
cargo build --release --locked --bin saseo --features postgres

deb=$(bash packaging/build.sh deb)
bash packaging/build.sh rpm target/release/saseo --output "$made/"
archive=$(bash packaging/build.sh archive "$static")
image=$(bash packaging/image.sh "$static")
bom=$(bash packaging/sbom.sh)
source=$(bash packaging/source.sh)
# shellcheck disable=SC2086 # one path a line, without spaces
cp "$deb" "$archive" "$image" "$bom" $source "$made/"
(cd "$made" && sha256sum -- * > SHA256SUMS)
