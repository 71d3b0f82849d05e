#!/usr/bin/env bash
# Asks `saseo mcp` by clients that others wrote: the package `mcp` of PyPI on pipes and over HTTP,
# and the inspector of npm. `bash .ci/mcp.sh [SASEO]` makes a small archive of the demo for that.
# Where Python, npm or their packages are not there, it says so and leaves them out.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
saseo=$(realpath "${1:-$root/target/release/saseo}")
inspector=@modelcontextprotocol/inspector@2.12.0
scratch=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null; rm -rf "$scratch"' EXIT
unset SASEO_CONFIG SASEO_DATA SASEO_STORE SASEO_BLOBS

if ! python3 -m venv "$scratch/python" 2> /dev/null \
    || ! "$scratch/python/bin/pip" install --quiet --disable-pip-version-check -r "$root/tests/assistants/requirements.txt"; then
    echo "mcp.sh: Python with venv, or the packages of tests/assistants/requirements.txt, are not there: left out"
    exit 0
fi

(cd "$scratch" && "$saseo" --quiet --data "$scratch/demo" demo --articles 8 --crawl-delay 0 > /dev/null)
data=$(dirname "$(find "$scratch/demo" -name archive.db)")

# The paper reserves its newest open article that has photos, by a header of its last answer.
read -r reserved opened < <("$scratch/python/bin/python" - "$data/archive.db" <<'PYTHON'
import sqlite3, sys
archive = sqlite3.connect(sys.argv[1])
ids = archive.execute("""SELECT article.id, site.name || '/' || article.name
    FROM article JOIN site ON site.id = article.site_id JOIN version ON version.article_id = article.id
    WHERE access = 'open' AND images <> '[]' GROUP BY article.id ORDER BY article.id DESC LIMIT 2""").fetchall()
archive.execute("""INSERT INTO declared (id, uses, use_level, licences, statements) VALUES (1000,
    '{"search":"allowed","ai_input":"reserved","ai_train":"unsaid","tdm":"unsaid"}', NULL, '[]',
    '[{"source":"header content-signal","claim":{"use":["ai_input","reserved"]},"words":"ai-input=no"}]')""")
archive.execute("""INSERT INTO article_declared (article_id, at, declared_id)
                   SELECT id, first_seen_at + 1, 1000 FROM article WHERE id = ?""", ids[0][:1])
archive.commit()
print(ids[0][1], ids[1][1])
PYTHON
)
"$scratch/python/bin/python" "$root/tests/assistants/ask_tools.py" "$saseo" "$data" "$reserved" "$opened"

# Scripts of packages do not run: the inspector needs none of them.
if ! command -v npm > /dev/null \
    || ! npm install --prefix "$scratch/npm" --ignore-scripts --no-audit --no-fund --silent "$inspector" > /dev/null 2>&1; then
    echo "mcp.sh: npm, or $inspector, is not there: left out"
    exit 0
fi
inspect() { "$scratch/npm/node_modules/.bin/mcp-inspector" --cli "$@" 2> "$scratch/said"; }
check() {
    python3 - "$1" "$scratch/inspected" <<'PYTHON' || { cat "$scratch/said" >&2; exit 1; }
import json, sys
told = json.load(open(sys.argv[2]))
if sys.argv[1] == "tools":
    assert [tool["name"] for tool in told["tools"]] == ["search", "article", "versions", "diff", "sites", "coverage"]
else:
    answer = told["structuredContent"]
    assert answer["content"] is None and answer["reserved"]["statements"], answer
PYTHON
}
inspect "$saseo" --data "$data" mcp --method tools/list > "$scratch/inspected"
check tools
inspect "$saseo" --data "$data" mcp --method tools/call --tool-name article --tool-arg "id=$reserved" > "$scratch/inspected"
check reserved

mkfifo "$scratch/url"
"$saseo" --quiet --data "$data" mcp --listen 127.0.0.1:0 > "$scratch/url" &
server=$!
read -r url < "$scratch/url"
inspect "$url" --transport http --method tools/call --tool-name article --tool-arg "id=$reserved" > "$scratch/inspected"
check reserved
echo "the inspector: tools, and a reserved article on pipes and over HTTP"
