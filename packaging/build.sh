#!/usr/bin/env bash
# Builds a package of a program that is built already: `bash packaging/build.sh deb [SASEO]`, `rpm`,
# or `archive`, a tar file for systems with neither.
# What follows from the program (man pages, completions) is written into target/packaging first.
# Options of cargo-deb or cargo-generate-rpm may follow, as `--output`; after `archive`, the target
# that the program was built for.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-}
saseo=${2:-target/release/saseo}
made=target/packaging
case $kind in
    deb | rpm | archive) ;;
    *)
        echo "usage: bash packaging/build.sh deb|rpm|archive [SASEO [OPTION…]]" >&2
        exit 2
        ;;
esac

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

# The names are those of [package.metadata.binstall].
archive() {
    local version name
    version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
    name=saseo-$version-${1:-x86_64-unknown-linux-musl}
    mkdir -p "$made/$name/completions" target/archive
    cp -r "$made/saseo" "$made/man" README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE docs "$made/$name"
    cp "$made/saseo.bash" "$made/_saseo" "$made/saseo.fish" "$made/$name/completions"
    tar -C "$made" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
        --mode=u=rwX,go=rX -c "$name" | gzip -9n > "target/archive/$name.tar.gz"
    echo "target/archive/$name.tar.gz"
}

case $kind in
    deb) cargo deb --no-build --locked --quiet "${@:3}" ;;
    rpm) cargo generate-rpm "${@:3}" ;;
    archive) archive "${@:3}" ;;
esac
