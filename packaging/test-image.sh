#!/usr/bin/env bash
# Unpacks an image into a folder, and runs its program there as its own user, without a network:
# the demo, both health checks, and a stop. `.ci/packages.sh` calls it in namespaces of its own.
# `bash packaging/test-image.sh IMAGE`, as root.
set -euo pipefail
ip link set lo up
image=$(realpath "$1")
scratch=$(mktemp -d)
trap 'umount "$scratch/root/mnt" 2> /dev/null || true; rm -rf "$scratch"' EXIT

fail() {
    echo "test-image.sh: $1" >&2
    exit 1
}

mkdir "$scratch/image" "$scratch/root"
tar -C "$scratch/image" -xf "$image"
# What the image says of itself, and where its layers are.
field() {
    python3 - "$scratch/image" "$1" << 'PYTHON'
import json, pathlib, sys
folder, field = pathlib.Path(sys.argv[1]), sys.argv[2]
manifest = json.loads((folder / "manifest.json").read_text())[0]
config = json.loads((folder / manifest["Config"]).read_text())["config"]
found = manifest["Layers"] if field == "Layers" else config[field]
if field == "Healthcheck":
    found = found["Test"]
    assert found.pop(0) == "CMD", "the image has no shell"
for one in [found] if isinstance(found, str) else found:
    print(one)
PYTHON
}

mapfile -t layers < <(field Layers)
for layer in "${layers[@]}"; do
    tar -C "$scratch/root" -xpf "$scratch/image/$layer"
done
mapfile -t program < <(field Entrypoint)
mapfile -t command < <(field Cmd)
mapfile -t healthy < <(field Healthcheck)
mapfile -t variables < <(field Env)
user=$(field User)
[[ $user =~ ^[1-9][0-9]*:[1-9][0-9]*$ ]] || fail "the user is $user"
test "$(field Volumes)" = /data || fail "the volume is $(field Volumes)"
test "$(field StopSignal)" = SIGTERM || fail "it is stopped by $(field StopSignal)"
(cd "$scratch/root" && find . -type f | sort) > "$scratch/files"
diff - "$scratch/files" << 'FILES' || fail "the image has other files"
./etc/saseo/saseo.toml
./etc/ssl/certs/ca-certificates.crt
./saseo
./usr/share/doc/saseo/LICENSE-APACHE
./usr/share/doc/saseo/LICENSE-MIT
FILES


# The image has no program but its own, and the process is that of the program.
in_image=(env -i "${variables[@]}" "$(command -v chroot)" --userspec="$user" "$scratch/root")

echo "the demo, with nothing but the image"
"${in_image[@]}" "${program[@]}" --version
"${in_image[@]}" "${program[@]}" --quiet demo > /dev/null
articles=$(cat "$scratch"/root/data/demo*/articles.jsonl | wc -l)
test "$articles" -eq 118 || fail "the demo stored $articles articles"

echo "the command of the image, as it comes"
status=0
"${in_image[@]}" "${program[@]}" "${command[@]}" 2> "$scratch/told" || status=$?
test "$status" -eq 2 || fail "it ended with $status: $(cat "$scratch/told")"
grep -q "no site has a schedule" "$scratch/told" || fail "it told $(cat "$scratch/told")"

echo "a crawler, and a reader that cannot write the volume, with their health checks"
# Starts the server of an archive, and waits until it listens.
serve() {
    "${in_image[@]}" "${program[@]}" --data "/mnt/$1" --json serve > "$scratch/served" &
    reader=$!
    until grep -q home "$scratch/served"; do
        kill -0 "$reader" || fail "the archive is not served"
        sleep 0.1
    done
}
articles_shown() {
    python3 - << 'PYTHON'
import urllib.request
feed = urllib.request.urlopen("http://127.0.0.1:8780/feeds/all.atom").read().decode()
print(feed.count("<entry>"))
PYTHON
}
mkdir "$scratch/root/mnt"
mount --bind "$scratch/root/data" "$scratch/root/mnt"
mount -o remount,bind,ro "$scratch/root/mnt"
# Whatever the port of the demo was, its folder is the only one.
demo=$(cd "$scratch/root/data" && echo demo*)
"${in_image[@]}" "${healthy[@]}" --data "/data/$demo" > /dev/null || fail "a healthy archive is called ill"
serve "$demo"
"${in_image[@]}" "${program[@]}" serve --ping || fail "a server that answers is called ill"
test "$(articles_shown)" -eq 50 || fail "the reader shows $(articles_shown) articles"
kill -TERM "$reader"
status=0
wait "$reader" || status=$?
test "$status" -eq 143 || fail "the server ended with $status"
if "${in_image[@]}" "${program[@]}" serve --ping 2> /dev/null; then
    fail "a server that is gone is called healthy"
fi

# A new archive, which is read while it is written.
"${in_image[@]}" "${program[@]}" --quiet --data /data demo --serve --port 8751 --articles 4 > /dev/null &
paper=$!
until [ -e "$scratch/root/data/demo-8751/config/sites/demo.toml" ]; do
    kill -0 "$paper" || fail "the paper is not served"
    sleep 0.1
done
crawl() {
    "${in_image[@]}" "${program[@]}" --quiet --config /data/demo-8751/config --data /data/demo-8751 crawl "$@"
}
crawl --max-requests 3
serve demo-8751
before=$(articles_shown)
crawl
after=$(articles_shown)
test "$after" -gt "$before" || fail "the reader showed $before articles, and shows $after"
kill -TERM "$reader" "$paper"
echo "the image is right"
