#!/usr/bin/env bash
# Installs, upgrades, removes and purges a package in a Debian root without a network, with an
# archive that must stay as it is: `.ci/packages.sh` calls it in namespaces of its own.
# `bash test-in-root.sh ROOT deb`, where ROOT/root has first.deb and second.deb; or `rpm`.
set -euo pipefail
root=$1
kind=$2
ip link set lo up

fail() {
    echo "test-in-root.sh: $1" >&2
    exit 1
}

inside() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# Started with it in the background, the process is the program's own.
as_saseo=(chroot --userspec=saseo:saseo "$root" env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8)

# Calls the program that installs packages, and tells what it told where it fails.
package() {
    case $kind in
        deb) inside dpkg "$@" ;;
        # Debian's root has what the package requires under other names.
        rpm) rpm --force-debian --root "$root" --nodeps "$@" ;;
    esac > "$root/root/package.log" 2>&1 || {
        cat "$root/root/package.log" >&2
        fail "$kind $*"
    }
}

upgrade() {
    case $kind in
        deb) package -i /root/second.deb ;;
        rpm) package -U "$root/root/second.rpm" ;;
    esac
}

# Everything in the folder of the archive: owners, modes and bytes.
archive() {
    (cd "$root/var/lib/saseo" && find . -printf '%p %u %g %m\n' | sort && find . -type f -exec sha256sum {} + | sort)
}

archive_is_as_it_was() {
    diff "$scratch/archive" <(archive) || fail "$1 changed the archive"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo "installed"
case $kind in
    deb) package -i /root/first.deb ;;
    rpm) package -i "$root/root/first.rpm" ;;
esac
inside saseo --version | head -n 1
test "$(inside stat -c %U:%G:%a /var/lib/saseo)" = saseo:saseo:750 \
    || fail "/var/lib/saseo is not the user's own"
if find "$root/etc/systemd/system" -name '*saseo*' 2> /dev/null | grep .; then
    fail "a unit was enabled"
fi
if [ "$kind" = deb ]; then
    inside DPKG_MAINTSCRIPT_PACKAGE=saseo /var/lib/dpkg/info/saseo.postinst configure 0.1.0-1 \
        || fail "postinst does not run twice"
fi

echo "configured, and the service run by hand as its unit says"
# Sets `command` to the command of a unit.
of_unit() {
    local unit=$root/usr/lib/systemd/system/$1
    test "$(sed -n 's/^User=//p' "$unit")" = saseo || fail "$1 has another user"
    eval "command=($(sed -n 's/^ExecStart=//p' "$unit"))"
}
command=()
of_unit saseo.service
# As it is installed, it asks nobody: 2 is a wrong configuration.
is_refused() {
    local status=0
    "${as_saseo[@]}" "${command[@]}" 2> "$scratch/told" || status=$?
    test "$status" -eq 2 || fail "it ended with $status"
    grep -q "$1" "$scratch/told" || fail "it told $(cat "$scratch/told")"
}
is_refused "no site has a schedule"
inside install -D -t /etc/saseo/sites /usr/share/doc/saseo/examples/sites/readersnews.toml
is_refused SASEO_CONTACT
rm "$root/etc/saseo/sites/readersnews.toml"

sed -i 's/^contact = ""/contact = "desk@tests.saseo"/' "$root/etc/saseo/saseo.toml"
"${as_saseo[@]}" saseo --quiet --data /tmp/paper demo --serve --articles 4 --crawl-delay 0 > /dev/null &
paper=$!
site=$root/tmp/paper/demo/config/sites/demo.toml
until [ -e "$site" ]; do
    kill -0 "$paper" || fail "the demo paper is not served"
    sleep 0.1
done
cp "$site" "$root/etc/saseo/sites/demo.toml"
printf '\n[schedule]\nevery = "1h"\n' >> "$root/etc/saseo/sites/demo.toml"
chmod 644 "$root/etc/saseo/sites/demo.toml"
"${as_saseo[@]}" "${command[@]}"
kill "$paper"
wait "$paper" || true
articles=$("${as_saseo[@]}" saseo --data /var/lib/saseo export --format jsonl --out - | wc -l)
test "$articles" -ge 10 || fail "the service stored $articles articles"
archive > "$scratch/archive"

echo "shown in a browser, as its unit says: where nothing can be written"
of_unit saseo-serve.service
mount --bind "$root/var/lib/saseo" "$root/var/lib/saseo"
mount -o remount,bind,ro "$root/var/lib/saseo"
"${as_saseo[@]}" "${command[@]}" > "$scratch/served" 2> "$scratch/told" &
reader=$!
until [ -s "$scratch/served" ]; do
    kill -0 "$reader" || fail "it does not start: $(cat "$scratch/told")"
    sleep 0.1
done
"${as_saseo[@]}" saseo serve --ping || fail "it does not answer"
kill -TERM "$reader"
status=0
wait "$reader" || status=$?
test "$status" -eq 143 || fail "it ended with $status: $(cat "$scratch/told")"
umount "$root/var/lib/saseo"
archive_is_as_it_was "a reader"

echo "upgraded"
before=$(stat -c %i "$root/usr/bin/saseo")
upgrade
test "$(stat -c %i "$root/usr/bin/saseo")" != "$before" || fail "it is not upgraded"
grep -q desk@tests.saseo "$root/etc/saseo/saseo.toml" || fail "the configuration was overwritten"
archive_is_as_it_was "the upgrade"

echo "removed"
case $kind in
    deb) package -r saseo ;;
    rpm) package -e saseo ;;
esac
test ! -e "$root/usr/bin/saseo" || fail "the program is still there"
cat "$root/etc/saseo/"saseo.toml* | grep -q desk@tests.saseo || fail "the configuration is gone"
archive_is_as_it_was "the removal"

if [ "$kind" = deb ]; then
    echo "purged"
    package -P saseo
    archive_is_as_it_was "the purge"
fi
test ! -e "$root/etc/saseo/saseo.toml" || fail "the configuration is still there"
test -e "$root/etc/saseo/sites/demo.toml" || fail "a file of the administrator is gone"
inside getent passwd saseo > /dev/null || fail "the archive belongs to nobody"

echo "installed again, with the archive that was left"
upgrade
archive_is_as_it_was "the installation"
"${as_saseo[@]}" saseo --quiet --data /var/lib/saseo verify
echo "the archive has $articles articles, and is as it was"
