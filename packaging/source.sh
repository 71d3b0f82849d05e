#!/usr/bin/env bash
# Makes the source of a commit, and Homebrew's formula that builds it: `bash packaging/source.sh
# [COMMIT]`. It prints the paths of both. The source of one commit is the same, bit by bit.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=$(git rev-parse "${1:-HEAD}^{commit}")
made=target/archive
mkdir -p "$made"

value() {
    git show "$commit:Cargo.toml" | sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" | head -n 1
}
version=$(value version)
repository=$(value repository)
: "${version:?}" "${repository:?}"
name=saseo-$version
git archive --format=tar --prefix="$name/" "$commit" | gzip -9n > "$made/$name.tar.gz"

sum=$(sha256sum "$made/$name.tar.gz" | cut -d ' ' -f 1)
git show "$commit:packaging/homebrew/saseo.rb.in" | sed -e "1,2d" \
    -e "s|@REPOSITORY@|$repository|; s|@VERSION@|$version|g" \
    -e "s|@SHA256@|$sum|; s|@COMMIT@|$commit|" > "$made/saseo.rb"
echo "$made/$name.tar.gz"
echo "$made/saseo.rb"
