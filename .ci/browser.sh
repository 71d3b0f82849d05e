#!/usr/bin/env bash
# Reads an archive in Chromium, as people do, and one of a hostile paper.
# `bash .ci/browser.sh DATA [SASEO]`, where DATA has an archive of the demo; SASEO_SHOTS=DIR keeps
# screenshots.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$(realpath "$1")
saseo=$(realpath "${2:-target/release/saseo}")
scratch=$(mktemp -d)
started=()
end() {
    # What was started may have ended.
    for pid in "${started[@]}"; do kill "$pid" 2> /dev/null || true; done
    wait
    rm -rf "$scratch"
}
trap end EXIT

# Ends where this machine cannot go on, as other checks leave out what is not installed.
left_out() {
    echo "browser: left out: $1"
    exit 0
}

command -v chromium > /dev/null || {
    if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update --quiet > "$scratch/apt.log" 2>&1 || true
        apt-get install --yes --quiet --no-install-recommends chromium fonts-noto-cjk >> "$scratch/apt.log" 2>&1 || true
    fi
}
CHROMIUM=$(command -v chromium) || left_out "chromium is needed: install it (Debian: chromium)"
export CHROMIUM
timeout 120 "$CHROMIUM" --headless --no-sandbox --user-data-dir="$scratch/profile" --dump-dom about:blank \
    > "$scratch/chromium.log" 2>&1 || left_out "chromium does not start here: $(tail -n 1 "$scratch/chromium.log")"
command -v npm > /dev/null || left_out "npm is needed: install it (Debian: npm)"
if [ "$(node -p 'Number(process.versions.node.split(".")[0])')" -lt 20 ]; then
    left_out "Node.js 20 or newer is needed"
fi
cp tests/browser/*.json tests/browser/*.mjs "$scratch/"
(cd "$scratch" && npm ci --silent --ignore-scripts > npm.log 2>&1) ||
    left_out "the packages of tests/browser/package.json cannot be installed"

# Waits for a file that a process writes.
await() {
    until [ -s "$1" ]; do
        kill -0 "$2" || { echo "browser: it ended before it wrote $1" >&2; exit 1; }
        sleep 0.1
    done
}

# Serves an archive, and sets `address`.
serve() {
    "$saseo" --json --data "$1" "${@:2}" serve --listen 127.0.0.1:0 > "$scratch/told" 2> "$scratch/serve.log" &
    started+=($!)
    await "$scratch/told" $!
    address=$(sed -n 's|.*"home": *"\(http://[^/]*\)/".*|\1|p' "$scratch/told")
    : > "$scratch/told"
}

echo "-- a hostile paper"
node "$scratch/hostile_paper.mjs" "$scratch/port" &
started+=($!)
await "$scratch/port" $!
mkdir -p "$scratch/config/sites"
cat > "$scratch/config/sites/hostile.toml" << END
name = "hostile"
title = "<b onmouseover=alert(1)>신문"
home = "http://127.0.0.1:$(cat "$scratch/port")/"
profile = "ndsoft"
own_site = true

[pace]
gap = "10ms"
END
printf '[limits]\nbody = "32MB"\n' > "$scratch/config/saseo.toml"
export SASEO_CONTACT=desk@tests.saseo
hostile=(--config "$scratch/config")
"$saseo" --quiet --data "$scratch/hostile" "${hostile[@]}" crawl
articles=$("$saseo" --data "$scratch/hostile" export --format jsonl --out - | wc -l)
test "$articles" -eq 4 || { echo "browser: $articles articles of the hostile paper" >&2; exit 1; }

echo "-- in Chromium"
serve "$data" --config "$data/config"
demo=$address
serve "$scratch/hostile" "${hostile[@]}"
shots=${SASEO_SHOTS:-$scratch/shots}
mkdir -p "$shots"
node "$scratch/pages.mjs" "$demo" "$address" "$shots"
