#!/usr/bin/env bash
# Writes the bill of materials of the released programs, in CycloneDX, and prints its path. It lists
# the crates that are built into them, or that build them, and not those of tests. It needs
# cargo-cyclonedx.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
name=saseo-$version.cdx
made=target/sbom
mkdir -p "$made"

# The moment of the commit: one commit has one bill.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 0)}
export SOURCE_DATE_EPOCH
cargo cyclonedx --format json --spec-version 1.5 --features postgres --target x86_64-unknown-linux-musl \
    --override-filename "$name" --quiet
# Crates of this folder are named by it, and not by where it lies.
sed "s|path+file://$PWD|path+file:///saseo|g" "$name.json" > "$made/$name.json"
rm "$name.json"
echo "$made/$name.json"
