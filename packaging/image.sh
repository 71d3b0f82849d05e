#!/usr/bin/env bash
# Builds the image of a static program without a daemon, by buildah, and prints its file's path,
# which `docker load` and `podman load` take: `bash packaging/image.sh [PROGRAM]`.
# CA_BUNDLE names other certificates than this machine's.
set -euo pipefail
cd "$(dirname "$0")/.."
saseo=${1:-target/x86_64-unknown-linux-musl/release/saseo}
certificates=${CA_BUNDLE:-/etc/ssl/certs/ca-certificates.crt}
if readelf --program-headers "$saseo" | grep -q INTERP; then
    echo "image.sh: $saseo is not static, and the image has no libraries" >&2
    exit 2
fi

# The image's files alone: nothing else of the folder can come in.
context=target/image/files
rm -rf "$context"
mkdir -p "$context/data"
install -D -m 755 "$saseo" "$context/root/saseo"
install -D -m 644 "$certificates" "$context/root/etc/ssl/certs/ca-certificates.crt"
install -D -m 644 config/saseo.toml "$context/root/etc/saseo/saseo.toml"
install -D -m 644 -t "$context/root/usr/share/doc/saseo" LICENSE-MIT LICENSE-APACHE
# Everybody may write there, and removes no file of others.
install -d -m 1777 "$context/root/tmp"

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 0)}
revision=${SASEO_COMMIT:-$(git rev-parse HEAD 2> /dev/null || echo unknown)}

# Storage of its own: no image of this machine is touched, and none stays.
storage=$(mktemp -d)
trap 'rm -rf "$storage"' EXIT
build=(buildah --storage-driver vfs --root "$storage/root" --runroot "$storage/run")
# OCI's format has no health check.
"${build[@]}" build --isolation chroot --format docker --timestamp "$SOURCE_DATE_EPOCH" --quiet \
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision" \
    --file packaging/Containerfile --tag "saseo:$version" "$context" > /dev/null
image=target/image/saseo-$version-image.tar
rm -f "$image"
"${build[@]}" push --quiet "saseo:$version" "docker-archive:$image:saseo:$version"
echo "$image"
