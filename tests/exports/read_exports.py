"""Reads exports by programs that others wrote, and compares what each of them sees.

    python read_exports.py FOLDER

FOLDER has the exports that `.ci/exports.sh` makes of one archive. JSON Lines are what all others
are compared with. An archive of its own for this: one article is of the summer of 1958, when the
clocks of Korea stood at +09:30.
"""

import asyncio
import csv
import gzip
import hashlib
import io
import json
import os
import random
import re
import sqlite3
import sys
from pathlib import Path

OLD = "1958-07-01T12:00:00+09:30"
OLD_IN_UTC = "1958-07-01T02:30:00+00:00"
WORDS = 200
USES = ("search", "ai_input", "ai_train", "tdm")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def check(holds, what):
    if not holds:
        sys.exit(f"read_exports.py: {what}")


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


def read_lines(folder):
    rows = json_lines((folder / "a.jsonl").read_text("utf-8"))
    check(len(rows) > 20, "the archive has too few articles to tell anything")
    packed = json_lines(gzip.decompress((folder / "a.jsonl.gz").read_bytes()).decode())
    check(packed == rows, "a.jsonl.gz has other rows than a.jsonl")

    for row in rows:
        for key in ("published_at", "modified_at", "first_seen_at", "fetched_at"):
            told = row[key]
            check(told is None or MOMENT.fullmatch(told), f"{key} has other digits: {told}")
    check(sum(row["published_at"] == OLD for row in rows) == 1, f"no row has {OLD}")
    return rows


def read_table(folder, rows):
    import zstandard

    packed = (folder / "a.csv.zst").read_bytes()
    text = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read().decode()
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    check([row["id"] for row in table] == [row["id"] for row in rows], "CSV: other articles")
    for read, row in zip(table, rows):
        told = row["title"] or ""
        guarded = "'" + told if told.startswith(tuple("=+-@\t\r")) else told
        check(read["title"] == guarded, f"CSV: another title: {read['title']}")
        check(json.loads(read["paragraphs"]) == row["paragraphs"], "CSV: other paragraphs")


def read_manifests(folder):
    manifests = [*folder.glob("*.manifest.json"), *folder.glob("*/manifest.json")]
    check(len(manifests) == 13, f"{len(manifests)} manifests instead of 13")
    for path in manifests:
        manifest = json.loads(path.read_text("utf-8"))
        check(manifest["made_by"]["name"] == "saseo", f"{path}: made by whom?")
        check(manifest["files"], f"{path}: no files")
        for file in manifest["files"]:
            content = (path.parent / file["path"]).read_bytes()
            check(len(content) == file["bytes"], f"{file['path']}: another size")
            digest = hashlib.sha256(content).hexdigest()
            check(digest == file["sha256"], f"{file['path']}: another SHA-256")


def read_parquet(folder, rows):
    import duckdb
    import pandas
    import polars
    import pyarrow.parquet

    path = folder / "a.parquet"
    table = pyarrow.parquet.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    expected = {
        "published_at": "timestamp[us, tz=UTC]",
        "published_at_local": "string",
        "number": "uint64",
        "confidence": "double",
        "paragraphs": "list<element: string not null>",
    }
    for name, kind in expected.items():
        check(types[name] == kind, f"pyarrow: {name} is {types[name]} instead of {kind}")

    read = table.to_pylist()
    check(len(read) == len(rows), "pyarrow: another number of rows")
    for row, told in zip(read, rows):
        for key in ("id", "number", "title", "text", "paragraphs", "authors", "tags", "images",
                    "first_copy", "published_precision", "confidence", "version", "opt_outs"):
            check(row[key] == told[key], f"pyarrow: {told['id']}: {key} is {row[key]!r}")
        check(row["published_at_local"] == told["published_at"], "pyarrow: another local time")
    old = [row for row in read if row["published_at_local"] == OLD]
    check([row["published_at"].isoformat() for row in old] == [OLD_IN_UTC], f"pyarrow: {old}")

    shards = sorted((folder / "shards").glob("articles-*-of-*.parquet"))
    check(pyarrow.parquet.read_table(shards).equals(table), "the shards have other rows")

    ids = [row["id"] for row in rows]
    frame = pandas.read_parquet(path)
    check(list(frame["id"]) == ids, "pandas: other rows")
    pandas_types = {
        "published_at": "datetime64[us, UTC]",
        "number": "uint64",
        "confidence": "float64",
        "title": "str",
    }
    for name, kind in pandas_types.items():
        check(str(frame[name].dtype) == kind, f"pandas: {name} is {frame[name].dtype}")
    uses = [row["uses"] for row in rows]
    check(list(frame["uses"]) == uses, "pandas: other uses")

    columns = polars.read_parquet(path)
    check(columns["id"].to_list() == ids, "polars: other rows")
    check(columns["paragraphs"].to_list() == [row["paragraphs"] for row in rows], "polars: lists")
    check(columns["uses"].to_list() == uses, "polars: other uses")
    polars_types = {
        "published_at": polars.Datetime("us", "UTC"),
        "number": polars.UInt64,
        "confidence": polars.Float64,
        "title": polars.String,
        "paragraphs": polars.List(polars.String),
        "tags": polars.List(polars.String),
        "uses": polars.Struct({use: polars.String for use in USES}),
    }
    for name, kind in polars_types.items():
        check(columns.schema[name] == kind, f"polars: {name} is {columns.schema[name]}")

    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    described = database.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
    duckdb_types = {name: kind for name, kind, *_ in described}
    expected = {
        "published_at": "TIMESTAMP WITH TIME ZONE",
        "number": "UBIGINT",
        "confidence": "DOUBLE",
        "title": "VARCHAR",
        "paragraphs": "VARCHAR[]",
        "uses": "STRUCT(" + ", ".join(f"{use} VARCHAR" for use in USES) + ")",
    }
    for name, kind in expected.items():
        told = duckdb_types[name].replace('"', "")
        check(told == kind, f"DuckDB: {name} is {told} instead of {kind}")
    reserved = database.execute(
        "SELECT id FROM read_parquet(?) WHERE uses.ai_train = 'reserved'", [str(path)]).fetchall()
    told = [row["id"] for row in rows if row["uses"]["ai_train"] == "reserved"]
    check([row[0] for row in reserved] == told, "DuckDB: other articles are reserved")

    found = database.execute(
        "SELECT id, images[1].url, epoch_us(published_at) FROM read_parquet(?)", [str(path)]
    ).fetchall()
    check([row[0] for row in found] == ids, "DuckDB: other rows")
    photos = [row["images"][0]["url"] if row["images"] else None for row in rows]
    check([row[1] for row in found] == photos, "DuckDB: other photos")
    moments = [None if at is None else at.value // 1000 for at in (
        None if value is pandas.NaT else value.as_unit("ns") for value in frame["published_at"])]
    check([row[2] for row in found] == moments, "DuckDB: other moments than pandas")


def read_reserved(folder, rows):
    """An export for training has all articles but the reserved ones, and says how many those are."""
    import pyarrow.parquet

    left = [row["id"] for row in rows if row["uses"]["ai_train"] != "reserved"]
    reserved = len(rows) - len(left)
    check(20 < reserved < len(rows) - 20, f"{reserved} of {len(rows)} articles are reserved")
    lines = json_lines((folder / "training.jsonl").read_text("utf-8"))
    check([row["id"] for row in lines] == left, "JSON Lines for training: other articles")
    table = pyarrow.parquet.read_table(folder / "training.parquet")
    check(table["id"].to_pylist() == left, "Parquet for training: other articles")
    answers = gzip.decompress((folder / "training.warc.gz").read_bytes())
    for row in rows:
        is_told = f"WARC-Target-URI: {row['url']}\r\n".encode() in answers
        check(is_told == (row["id"] in left), f"WARC for training: {row['id']}: {is_told}")
    for name in ("training.jsonl", "training.parquet", "training.warc.gz"):
        manifest = json.loads((folder / f"{name}.manifest.json").read_text("utf-8"))
        told = manifest["reserved"]
        check(told["articles"] == reserved, f"{name}: the manifest says {told}")
    print(f"   {reserved} articles are reserved, {len(left)} are left")


def read_dataset(folder, rows):
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hugging-face")}
    import datasets

    os.chdir(folder)
    dataset = datasets.load_dataset("./dataset", "articles")["train"]
    check(dataset["id"][:] == [row["id"] for row in rows], "load_dataset: other rows")
    card = (folder / "dataset" / "README.md").read_text("utf-8")
    check("license: other" in card and "## Licence and rights" in card, "the card has no rights")


def words_of(rows):
    """Parts of Korean words, of 1 to 6 syllables."""
    chance = random.Random(1)
    runs = [run for row in rows for run in re.findall("[가-힣]+", row["text"])]
    words = {"독서", "신문", "서울", "책"}
    while len(words) < WORDS:
        run = chance.choice(runs)
        length = chance.randint(1, min(6, len(run)))
        begin = chance.randint(0, len(run) - length)
        words.add(run[begin:begin + length])
    return sorted(words)


async def search(path, words):
    from datasette.app import Datasette

    metadata = path.with_name(path.name + ".datasette.yaml").read_text("utf-8")
    from datasette.utils import parse_metadata

    datasette = Datasette([str(path)], metadata=parse_metadata(metadata))
    page = await datasette.client.get("/a/articles")
    check('name="_search"' in page.text, "Datasette: no search box")
    for facet in ("site", "section", "access", "year"):
        check(f'data-column="{facet}"' in page.text, f"Datasette: no facet {facet}")

    found = {}
    for word in words:
        answer = await datasette.client.get(
            "/a/articles.json", params={"_search": word, "_size": "max", "_shape": "objects"})
        told = answer.json()
        check(answer.status_code == 200, f"Datasette: {word}: {told}")
        found[word] = {row["id"] for row in told["rows"]}
    return found


def read_sqlite(folder, rows):
    import sqlite_utils

    path = folder / "a.db"
    is_old = sqlite3.sqlite_version_info < (3, 41)
    told = "as old as Debian 12's" if is_old else "newer than Debian 12's, which this does not show"
    print(f"   the SQLite that reads it is {sqlite3.sqlite_version}: {told}")
    database = sqlite_utils.Database(path)
    table = database["articles"]
    check(table.detect_fts() == "articles_fts", "sqlite-utils: no full-text index")
    check(table.pks == ["id"] and table.strict, "sqlite-utils: no key, or not strict")
    check(table.count == len(rows), "SQLite: another number of articles")
    links = {
        "article_authors": sum(len(row["authors"]) for row in rows),
        "article_tags": sum(len(row["tags"]) for row in rows),
        "article_images": sum(len(row["images"]) for row in rows),
    }
    for name, count in links.items():
        check(database[name].count == count, f"SQLite: {name} has {database[name].count} rows")
    check(database["versions"].count > len(rows), "SQLite: no former version")
    check(database["changes"].count >= len(rows), "SQLite: too few changes")
    broken = database.execute("PRAGMA foreign_key_check").fetchall()
    check(not broken, f"SQLite: links lead nowhere: {broken[:3]}")
    check(database.execute("PRAGMA integrity_check").fetchone() == ("ok",), "SQLite: damaged")
    old = "SELECT year FROM articles WHERE published_at = ?"
    check(database.execute(old, [OLD]).fetchone() == (1958,), "SQLite: no year 1958")

    words = words_of(rows)
    found = asyncio.run(search(path, words))
    for word in words:
        like = {row[0] for row in database.execute(
            "SELECT id FROM articles WHERE text LIKE ?1 OR title LIKE ?1 OR subtitle LIKE ?1",
            [f"%{word}%"])}
        check(found[word] == like, f"Datasette: {word}: {len(found[word])} instead of {len(like)}")
    print(f"   {len(words)} words, {sum(map(len, found.values()))} articles found by them")


def read_feeds(folder, rows):
    import feedparser

    feed = feedparser.parse((folder / "a.xml").read_bytes())
    check(not feed.bozo and feed.version == "atom10", f"feedparser: {feed.get('bozo_exception')}")
    dated = [row for row in rows if row["published_at"]]
    newest = max(dated, key=lambda row: (row["published_at"], row["id"]))
    check(len(feed.entries) == 20, f"feedparser: {len(feed.entries)} entries")
    check(feed.entries[0].title == newest["title"], "feedparser: the newest is another one")

    told = json.loads((folder / "a.json").read_text("utf-8"))
    check(told["version"] == "https://jsonfeed.org/version/1.1", "JSON Feed: another version")
    for item in told["items"]:
        check(isinstance(item["id"], str) and "content_text" in item, f"JSON Feed: {item}")
        check(None not in item.values(), "JSON Feed: a null")
    check(len(told["items"]) == 20, "JSON Feed: another number of items")


def read_texts(folder, rows):
    texts = folder / "text"
    lines = (texts / "checksums.sha256").read_text().splitlines()
    check(len(lines) == len(rows), "text: another number of files")
    for line in lines:
        digest, path = line.split("  ", 1)
        content = (texts / path).read_bytes()
        check(hashlib.sha256(content).hexdigest() == digest, f"{path}: another SHA-256")
    with open(texts / "index.csv", newline="", encoding="utf-8") as file:
        index = list(csv.DictReader(file))
    for told, row in zip(index, rows, strict=True):
        content = (texts / told["path"]).read_text("utf-8")
        check(content.endswith(row["text"] + "\n"), f"{told['path']}: another text")


def main():
    folder = Path(sys.argv[1]).resolve()
    rows = read_lines(folder)
    for name, read in (
        ("CSV", lambda: read_table(folder, rows)),
        ("manifests", lambda: read_manifests(folder)),
        ("Parquet: pyarrow, pandas, polars, DuckDB", lambda: read_parquet(folder, rows)),
        ("what is reserved", lambda: read_reserved(folder, rows)),
        ("SQLite: sqlite-utils, Datasette", lambda: read_sqlite(folder, rows)),
        ("feeds", lambda: read_feeds(folder, rows)),
        ("text", lambda: read_texts(folder, rows)),
        ("dataset: load_dataset, offline", lambda: read_dataset(folder, rows)),
    ):
        print(f"-- {name}")
        read()
    print(f"{len(rows)} articles are the same in all formats")


if __name__ == "__main__":
    main()
