#!/usr/bin/env bash
# Checks everything by which saseo is installed. What is here builds the packages of a program that
# is built already, and installs, upgrades, removes and purges them in a new Debian root; the rest
# stands in .ci/packages.d. Each part is left out where the machine cannot do it.
# `bash .ci/packages.sh [SASEO]`
set -euo pipefail
cd "$(dirname "$0")/.."
saseo=$(realpath "${1:-target/release/saseo}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

. .ci/packages.d/needed.sh

bash .ci/packages.d/files.sh "$saseo"
bash .ci/packages.d/crate.sh
bash .ci/packages.d/bom.sh
bash .ci/packages.d/image.sh

need zsh zsh
need fish fish
need mandoc mandoc
need lintian lintian
need dpkg-shlibdeps dpkg-dev

echo "-- cargo-deb"
need_crate cargo-deb 3.8.0

echo "-- the package"
bash packaging/build.sh deb "$saseo" --fast --output "$scratch/first.deb"
lintian --fail-on error,warning --allow-root "$scratch/first.deb"

echo "-- completions and man pages"
bash -n target/packaging/saseo.bash
zsh -n target/packaging/_saseo
fish -n target/packaging/saseo.fish
mandoc -Tlint -W error target/packaging/man/*.1
# What bash completes, asked as bash asks.
# shellcheck disable=SC2016 # the inner shell expands it
completed=$(bash -c 'source target/packaging/saseo.bash; 
    COMP_WORDS=(saseo crawl --backf); COMP_CWORD=2; _saseo saseo --backf crawl; echo "${COMPREPLY[*]}"')
test "$completed" = --backfill

echo "-- in a Debian root"
if [ "$(id -u)" -ne 0 ]; then
    echo "only root may make one: left out"
    exit 0
fi
need mmdebstrap mmdebstrap
need unshare util-linux
need ip iproute2
# The next version has the same files.
dpkg-deb -R "$scratch/first.deb" "$scratch/second"
sed -i 's/^Version: .*/&.1/' "$scratch/second/DEBIAN/control"
dpkg-deb --root-owner-group -Znone -b "$scratch/second" "$scratch/second.deb" > /dev/null

# The packages come from where this machine has its own.
. /etc/os-release
sources=(/etc/apt/sources.list /etc/apt/sources.list.d/*)
mapfile -t sources < <(find "${sources[@]}" -type f \( -name '*.list' -o -name '*.sources' \) 2> /dev/null)
mmdebstrap --quiet --variant=apt --include=adduser,ca-certificates "$VERSION_CODENAME" "$scratch/root" "${sources[@]}" \
    2> "$scratch/mmdebstrap.log" || { cat "$scratch/mmdebstrap.log" >&2; left_out "no Debian root can be made here"; }
unshare --net --mount --pid --fork true || left_out "no namespaces can be made here"
cp -a "$scratch/root" "$scratch/root-of-rpm"

# Without a network, but for the machine itself; what is mounted or left running ends with it.
in_root() {
    unshare --net --mount --pid --fork --kill-child bash packaging/test-in-root.sh "$@"
}
cp "$scratch"/*.deb "$scratch/root/root/"
in_root "$scratch/root" deb

echo "-- rpm"
need rpm rpm
need_crate cargo-generate-rpm 0.21.1
bash packaging/build.sh rpm "$saseo" --output "$scratch/first.rpm"
bash packaging/build.sh rpm "$saseo" --output "$scratch/second.rpm" --set-metadata 'release = "2"'
cp "$scratch"/*.rpm "$scratch/root-of-rpm/root/"
in_root "$scratch/root-of-rpm" rpm
