#!/usr/bin/env bash
# Exports an archive in every format, and reads the exports by programs that others wrote. Their
# versions stand in tests/exports/requirements.txt and tests/exports/web-archives.txt.
# `bash .ci/exports.sh DATA [SASEO]`: DATA is the folder of a demo's archive.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=$1
saseo=${2:-$root/target/release/saseo}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Makes a virtual environment with the packages of a list.
environment() {
    if ! python3 -m venv "$scratch/$1"; then
        echo "exports.sh: Python 3 with its module venv is needed: install it (Debian: python3-venv)" >&2
        exit 1
    fi
    "$scratch/$1/bin/pip" install --quiet --disable-pip-version-check -r "$root/tests/exports/$2" || {
        echo "exports.sh: the packages of tests/exports/$2 could not be installed" >&2
        exit 1
    }
}

environment web-archives web-archives.txt
"$scratch/web-archives/bin/python" "$root/tests/exports/web_archives.py" "$saseo" "${data%/}"

environment python requirements.txt

# A copy of the archive, in which one article is of 1958: Korea's clocks stood at +09:30. Every
# third article is reserved: it may not be used to train models.
mkdir "$scratch/data" "$scratch/out"
"$scratch/python/bin/python" - "$data/archive.db" "$scratch/data/archive.db" <<'PYTHON'
import sqlite3, sys
kept, copy = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True), sqlite3.connect(sys.argv[2])
kept.backup(copy)
copy.execute("""UPDATE version SET published_at = '1958-07-01T12:00:00+09:30', published_ms = -363130200000
                WHERE article_id = (SELECT min(id) FROM article WHERE access = 'open')""")
copy.execute("""INSERT INTO declared (id, uses, use_level, licences, statements) VALUES (1000,
    '{"search":"allowed","ai_input":"unsaid","ai_train":"reserved","tdm":"unsaid"}', 'reference',
    '["https://www.saseo.example/licence.xml"]',
    '[{"source":"header content-usage","claim":{"use":["ai_train","reserved"]},
       "words":"train-ai=n"}]')""")
copy.execute("""INSERT INTO article_declared (article_id, at, declared_id)
                SELECT id, first_seen_at + 1, 1000 FROM article WHERE id % 3 = 0""")
copy.commit()
PYTHON

for export in "jsonl a.jsonl" "jsonl a.jsonl.gz" "csv a.csv.zst" "sqlite a.db" "parquet a.parquet" "parquet shards" \
    "dataset dataset" "atom a.xml --newest 20" "jsonfeed a.json --newest 20" "text text"; do
    read -r format out options <<< "$export"
    # shellcheck disable=SC2086 # options are words
    "$saseo" --quiet --data "$scratch/data" export \
        --format "$format" $options --out "$scratch/out/$out"
done
# What is left for one use, in three formats.
for export in "jsonl training.jsonl" "parquet training.parquet" "warc training.warc.gz"; do
    read -r format out <<< "$export"
    "$saseo" --quiet --data "$scratch/data" export \
        --format "$format" --for ai-training --out "$scratch/out/$out"
done
"$scratch/python/bin/python" "$root/tests/exports/read_exports.py" "$scratch/out"

# The schema of JSON Feed, from the registry of Node's packages.
if command -v node > /dev/null && command -v npm > /dev/null; then
    mkdir "$scratch/node"
    cp "$root/tests/exports/package.json" "$scratch/node"
    (cd "$scratch/node" && npm install --silent --no-audit --no-fund --ignore-scripts)
    (cd "$scratch/node" && node "$root/tests/exports/validate_json_feed.js" "$scratch/out/a.json")
    echo "-- the JSON Feed is valid by its schema"
else
    echo "Node is not installed: the JSON Feed is not validated by its schema"
fi
