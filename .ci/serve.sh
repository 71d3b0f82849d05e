#!/usr/bin/env bash
# Serves an archive, and reads what it answers to programs by programs that others wrote. Their
# versions stand in tests/serve/requirements.txt.
# `bash .ci/serve.sh DATA [SASEO]`: DATA is the folder of a demo's archive.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=$1
saseo=${2:-$root/target/release/saseo}
scratch=$(mktemp -d)
server=
end() {
    # It may have ended.
    if [ -n "$server" ]; then kill "$server" 2> /dev/null || true; fi
    wait
    rm -rf "$scratch"
}
trap end EXIT

if ! python3 -m venv "$scratch/python" ||
    ! "$scratch/python/bin/pip" install --quiet --disable-pip-version-check -r "$root/tests/serve/requirements.txt"; then
    echo "serve: left out: Python 3 with venv, and the packages of tests/serve/requirements.txt, are needed"
    exit 0
fi

"$saseo" --json --data "$data" serve --listen 127.0.0.1:0 --scratch "$scratch/exports" \
    > "$scratch/told" 2> "$scratch/log" &
server=$!
until [ -s "$scratch/told" ]; do
    kill -0 "$server" || { cat "$scratch/log" >&2; exit 1; }
    sleep 0.1
done
address=$(sed -n 's|.*"home": *"\(http://[^"]*\)".*|\1|p' "$scratch/told")
"$scratch/python/bin/python" "$root/tests/serve/read_interface.py" "$address"

kill "$server"
wait "$server" || true
server=
test -z "$(ls "$scratch/exports")" || { echo "serve: exports are left in its scratch folder" >&2; exit 1; }
