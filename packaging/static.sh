#!/usr/bin/env bash
# Builds the static program, which needs nothing of the system that it runs on, and prints its path:
# `bash packaging/static.sh [OPTION OF CARGO…]`, like `--features postgres`.
# It needs the target (rustup target add x86_64-unknown-linux-musl), and musl's compiler of C
# (Debian: musl-tools). SASEO_STATIC_TARGET names another target, as x86_64-unknown-linux-gnu for
# glibc: that program is static, too.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${SASEO_STATIC_TARGET:-x86_64-unknown-linux-musl}
name=${target//-/_}

compiler=CC_$name
case $target in
    *-musl) export "$compiler=${!compiler:-musl-gcc}" ;;
esac
# Other flags of the caller stay: the target's own, and these.
flags=CARGO_TARGET_${name^^}_RUSTFLAGS
export "$flags=${!flags:-} -C target-feature=+crt-static"
cargo build --release --locked --bin saseo --target "$target" "$@" >&2

# What cargo was told, in whatever folder it builds.
folder=${CARGO_TARGET_DIR:-target}
program=$folder/$target/release/saseo
# A program that looks for a loader would start on few systems.
if readelf --program-headers "$program" | grep -q INTERP; then
    echo "static.sh: $program is not static" >&2
    exit 1
fi
echo "$program"
