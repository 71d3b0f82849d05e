#!/usr/bin/env bash
# Builds the image without a daemon, and runs it in namespaces of its own. A release has the program
# for musl: building it takes longer than all checks together, so the image of this check has the
# program for glibc, linked statically from what the tests have built already.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. .ci/packages.d/needed.sh

echo "-- image"
[ "$(id -u)" -eq 0 ] || left_out "only root may unpack and run it"
need buildah buildah
need unshare util-linux
need ip iproute2
unshare --net --mount --pid --fork true || left_out "no namespaces can be made here"
test -e /etc/ssl/certs/ca-certificates.crt || need update-ca-certificates ca-certificates

cargo rustc --quiet --locked --bin saseo -- -C target-feature=+crt-static -C strip=symbols
cp target/debug/saseo "$scratch/saseo"
image=$(bash packaging/image.sh "$scratch/saseo")
unshare --net --mount --pid --fork --kill-child bash packaging/test-image.sh "$image"
