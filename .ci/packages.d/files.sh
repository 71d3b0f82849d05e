#!/usr/bin/env bash
# Checks the files that other programs read: workflows of a forge, Compose, Homebrew's formula, the
# archive that cargo-binstall unpacks, and systemd's units. `bash .ci/packages.d/files.sh SASEO`
set -euo pipefail
cd "$(dirname "$0")/../.."
saseo=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. .ci/packages.d/needed.sh

echo "-- source and formula"
mapfile -t made < <(bash packaging/source.sh)
sum=$(sha256sum "${made[0]}" | cut -d ' ' -f 1)
grep -q "sha256 \"$sum\"" "${made[1]}"
if grep -n @ "${made[1]}"; then
    exit 1
fi
bash packaging/source.sh > /dev/null
echo "$sum  ${made[0]}" | sha256sum --check --quiet

echo "-- the archive, by the names of binstall"
archive=$(bash packaging/build.sh archive "$saseo" x86_64-unknown-linux-gnu)
value() {
    sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" Cargo.toml | head -n 1
}
# What cargo-binstall puts in, for one target.
filled() {
    local text
    text=$(value "$1")
    text=${text//'{ name }'/saseo}
    text=${text//'{ version }'/$(value version)}
    text=${text//'{ target }'/x86_64-unknown-linux-gnu}
    text=${text//'{ repo }'/$(value repository)}
    text=${text//'{ bin }'/saseo}
    text=${text//'{ binary-ext }'/}
    echo "${text//'{ archive-suffix }'/.tar.gz}"
}
test "$(value pkg-fmt)" = tgz
test "$(filled pkg-url)" = "$(value repository)/releases/download/v$(value version)/$(basename "$archive")"
mkdir "$scratch/archive"
tar -C "$scratch/archive" -xzf "$archive"
cmp "$scratch/archive/$(filled bin-dir)" "$saseo"
test -s "$scratch/archive/saseo-$(value version)-x86_64-unknown-linux-gnu/man/saseo-crawl.1"
test -s "$scratch/archive/saseo-$(value version)-x86_64-unknown-linux-gnu/completions/_saseo"

echo "-- commands of the compose file"
# Each is read by the program up to its last word, which is --help.
mapfile -t commands < <(sed -n 's/^    command: \[\(.*\)\]$/\1/p' examples/compose/compose.yaml)
commands+=('"serve", "--ping"' '"check"')
test "${#commands[@]}" -eq 4
for command in "${commands[@]}"; do
    words=()
    eval "words=(${command//,/})"
    "$saseo" "${words[@]}" --help > /dev/null
done

echo "-- units"
if command -v systemd-analyze > /dev/null; then
    mkdir -p "$scratch/root/bin" "$scratch/root/usr/bin" "$scratch/root/usr/lib/systemd/system"
    cp /bin/kill "$scratch/root/bin"
    cp "$saseo" "$scratch/root/usr/bin/saseo"
    cp packaging/systemd/* "$scratch/root/usr/lib/systemd/system"
    # Of what the units name, systemd's own are not in this root.
    systemd-analyze verify --root="$scratch/root" --recursive-errors=no --man=no \
        "$scratch"/root/usr/lib/systemd/system/saseo* 2> "$scratch/told" || true
    if grep saseo "$scratch/told"; then
        exit 1
    fi
    for unit in packaging/systemd/*.service; do
        # 10 is a service that may do everything.
        systemd-analyze security --offline=yes --no-pager --threshold=25 "$unit" > /dev/null
    done
else
    echo "systemd-analyze is not installed: left out"
fi

echo "-- the schemas of workflows and of Compose, and Ruby"
need_python check-jsonschema==0.39.0
check() {
    "$python" -m check_jsonschema --quiet --builtin-schema "$@"
}
check vendor.github-workflows .github/workflows/*.yml
# A release is packed by the programs that were checked here.
while read -r program version; do
    grep -q " $program@$version" .github/workflows/release.yml
done < <(sed -n 's/^need_crate \([a-z-]*\) \([0-9.]*\)$/\1 \2/p' .ci/packages.sh .ci/packages.d/*.sh)
check vendor.compose-spec examples/compose/compose.yaml
need ruby ruby
ruby -c "${made[1]}" > /dev/null
