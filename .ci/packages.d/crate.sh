#!/usr/bin/env bash
# Checks the crate that would be published: its files are enough to build it, publishing is refused
# for its reason, and what the library offers is what the last tag offered.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. .ci/packages.d/needed.sh

# A crate has no patches: they are given, as whoever builds from this folder has them.
patches=(
    --config "patch.crates-io.spider_fingerprint.path='$PWD/patches/spider_fingerprint'"
    --config "patch.crates-io.saseo-allocator.path='$PWD/allocator'"
)

echo "-- the crate's files"
cargo package --no-verify --allow-dirty --quiet --target-dir "$scratch/target" "${patches[@]}" 2> "$scratch/told" ||
    { cat "$scratch/told" >&2; exit 1; }
crate=$(echo "$scratch"/target/package/saseo-*.crate)
size=$(stat -c %s "$crate")
echo "it has $size bytes"
# The registry takes 10 MiB; a test's pages would come in unseen.
test "$size" -lt $((3 * 1024 * 1024))
tar -C "$scratch" -xzf "$crate"
cargo check --quiet --locked --target-dir target --manifest-path "$scratch"/saseo-*/Cargo.toml "${patches[@]}"

echo "-- publishing is refused"
if cargo publish --dry-run --no-verify --allow-dirty 2> "$scratch/told"; then
    echo "crate.sh: the crate could be published, and its build would download: Cargo.toml tells why" >&2
    exit 1
fi
grep -q 'package.publish' "$scratch/told" || { cat "$scratch/told" >&2; exit 1; }

echo "-- the library beside the last tag"
# docs/public-api.txt lists it, and cargo test holds the source against the list.
tag=$(git describe --tags --abbrev=0 --match 'v*' 2> /dev/null || true)
if [ -z "$tag" ]; then
    echo "there is no tag to compare with: left out"
elif ! command -v cargo-semver-checks > /dev/null; then
    echo "cargo-semver-checks is not installed: left out"
else
    cargo semver-checks --baseline-rev "$tag" --only-explicit-features --features archive
fi
