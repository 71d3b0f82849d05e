#!/usr/bin/env bash
# Checks the bill of materials: that it is CycloneDX, and lists what cargo builds.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. .ci/packages.d/needed.sh

echo "-- bill of materials"
need_crate cargo-cyclonedx 0.5.9
need_python 'cyclonedx-python-lib[json-validation]==11.12.0'
bom=$(bash packaging/sbom.sh)
"$python" - "$bom" << 'PYTHON' > "$scratch/listed"
import json, pathlib, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = pathlib.Path(sys.argv[1]).read_text()
wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
if wrong:
    sys.exit(f"{sys.argv[1]} is not CycloneDX 1.5: {wrong}")
for crate in json.loads(text)["components"]:
    if not crate.get("licenses"):
        sys.exit(f"{crate['name']} has no licence")
    print(crate["name"], crate["version"])
PYTHON
cargo tree --locked --edges normal,build --features postgres --target x86_64-unknown-linux-musl \
    --prefix none --format '{p}' | sed 's/^\([^ ]*\) v\([^ ]*\).*/\1 \2/' | sort -u | grep -v '^saseo ' > "$scratch/built"
# Every crate that is built is listed. So are some that features of others would build: cargo's
# metadata does not tell them apart. Of those that tests alone use, none is.
missing=$(LC_ALL=C comm -13 <(LC_ALL=C sort -u "$scratch/listed") <(LC_ALL=C sort -u "$scratch/built"))
test -z "$missing" || { echo "bom.sh: the bill lacks $missing" >&2; exit 1; }
if grep -E '^(tempfile|proptest|rcgen) ' "$scratch/listed"; then
    echo "bom.sh: the bill lists crates of tests" >&2
    exit 1
fi
if grep -n "$PWD" "$bom"; then
    echo "bom.sh: the bill names the folder that it was made in" >&2
    exit 1
fi
echo "it lists $(wc -l < "$scratch/listed") crates"
