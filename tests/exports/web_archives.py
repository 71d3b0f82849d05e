"""Reads the WARC, WACZ and bag of an archive with the programs of others.

    python web_archives.py SASEO DATA

exports the archive in DATA by the program SASEO, and fails where warcio, FastWARC, cdxj-indexer,
wacz, pywb or bagit find fault. Its packages are those of
web-archives.txt. It talks to loopback only.
"""

import gzip
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

SCRIPTS = Path(sys.executable).parent

# How long pywb may take to listen, in tenths of a second.
PATIENCE = 600


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    said = f"{done.stdout}{done.stderr}"[-2000:]
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {said}"
    return done.stdout


def check_warc(warc, folder):
    run(SCRIPTS / "warcio", "check", warc)
    run(SCRIPTS / "fastwarc", "check", "--quiet", "-o", folder / "checked.txt", warc)

    kinds, revisits, ids = {}, set(), set()
    with open(warc, "rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            record.content_stream().read()
            kinds[record.rec_type] = kinds.get(record.rec_type, 0) + 1
            ids.add(record.rec_headers.get_header("WARC-Record-ID"))
            if record.rec_type == "revisit":
                revisits.add(record.rec_headers.get_header("WARC-Refers-To"))
    assert kinds["warcinfo"] == 1 and kinds["resource"] == 1, kinds
    assert kinds["response"] > 100 and kinds["revisit"] > 0, kinds
    answers = kinds["response"] + kinds["revisit"] + kinds["resource"]
    assert kinds["request"] == kinds["metadata"] == answers, kinds
    assert len(ids) == sum(kinds.values()), "two records have one id"
    assert revisits <= ids, "a revisit refers to no record of the file"
    return kinds


def lines_of_index(folder):
    plain = folder / "indexes/index.cdx"
    if plain.exists():
        return plain.read_text("utf-8")
    return gzip.decompress((folder / "indexes/index.cdx.gz").read_bytes()).decode("utf-8")


def check_wacz(wacz, folder, articles):
    run(SCRIPTS / "wacz", "validate", "-f", wacz)
    with zipfile.ZipFile(wacz) as file:
        for entry in file.infolist():
            stored = entry.compress_type == zipfile.ZIP_STORED
            assert stored or not entry.filename.endswith(".gz"), entry.filename
        file.extractall(folder)

    own = lines_of_index(folder)
    parts = sorted((folder / "archive").iterdir())
    theirs = run(SCRIPTS / "cdxj-indexer", "--sort", *parts)
    assert own == theirs, "the index is not that of cdxj-indexer"

    head, *pages = map(json.loads, (folder / "pages/pages.jsonl").read_text("utf-8").splitlines())
    assert head["format"] == "json-pages-1.0" and head["id"] == "pages", head
    known = {(json.loads(line.split(" ", 2)[2])["url"], line.split(" ")[1]) for line in
             own.splitlines()}
    for page in pages:
        stamp = re.sub(r"\D", "", page["ts"])[:14]
        assert (page["url"], stamp) in known, f"{page['url']} is not in the index"
        assert page["title"], page["url"]
    texts = {page["url"]: page["text"] for page in pages if "text" in page}
    assert texts == articles, "pages.jsonl has other texts than the articles"
    assert len({page["id"] for page in pages}) == len(pages)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def fetched(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def check_replay(warc, folder):
    """pywb shows each page of an article with the bytes that its record has."""
    folder.mkdir()
    run(SCRIPTS / "wb-manager", "init", "paper", cwd=folder)
    run(SCRIPTS / "wb-manager", "add", "paper", warc, cwd=folder)
    port = free_port()
    pywb = subprocess.Popen(
        [SCRIPTS / "pywb", "-b", "127.0.0.1", "-p", str(port)], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        base = f"http://127.0.0.1:{port}/paper"
        for _ in range(PATIENCE):
            assert pywb.poll() is None, "pywb has ended"
            try:
                fetched(f"{base}/")
                break
            except urllib.error.HTTPError:
                break
            except urllib.error.URLError:
                time.sleep(0.1)

        replayed = 0
        for url, stamp, body in answers(warc):
            assert fetched(f"{base}/{stamp}id_/{url}") == body, f"{url} is replayed otherwise"
            replayed += 1
        assert replayed >= 10, replayed
    finally:
        pywb.terminate()
        pywb.wait()
    return replayed


def answers(warc):
    """Returns answers with their bytes: the first twenty good ones, and all revisits of them."""
    bodies, pages = {}, []
    with open(warc, "rb") as file:
        for record in ArchiveIterator(file):
            header = record.rec_headers.get_header
            stamp = re.sub(r"\D", "", header("WARC-Date"))[:14]
            url = header("WARC-Target-URI")
            if record.rec_type == "response" and record.http_headers.get_statuscode() == "200":
                bodies[header("WARC-Record-ID")] = record.content_stream().read()
                if len(pages) < 20:
                    pages.append((url, stamp, bodies[header("WARC-Record-ID")]))
            if record.rec_type == "revisit" and header("WARC-Refers-To") in bodies:
                pages.append((url, stamp, bodies[header("WARC-Refers-To")]))
    return pages


def main(saseo, data):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)

        def export(kind, out, *options):
            out = scratch / out
            run(saseo, "--data", data, "export", "--format", kind, "--out", out, *options)
            return out

        articles = export("jsonl", "articles.jsonl").read_text("utf-8").splitlines()
        articles = {one["url"]: one["text"] for one in map(json.loads, articles)}
        warc = export("warc", "paper.warc.gz")
        kinds = check_warc(warc, scratch)
        print("warcio and FastWARC read", kinds)
        assert warc.read_bytes() == export("warc", "again.warc.gz").read_bytes()

        check_wacz(export("wacz", "paper.wacz"), scratch / "wacz", articles)
        print("wacz finds the file valid, and the index is that of cdxj-indexer")
        print("pywb replays", check_replay(warc, scratch / "replay"), "answers")

        for kind in ["warc", "wacz", "jsonl"]:
            bag = export(kind, f"bag-{kind}", "--bag")
            run(SCRIPTS / "bagit.py", "--validate", bag)
            payload = next((bag / "data").iterdir())
            payload.write_bytes(payload.read_bytes()[:-1])
            damaged = subprocess.run([SCRIPTS / "bagit.py", "--validate", bag],
                                     capture_output=True)
            assert damaged.returncode != 0, "bagit.py does not look"
        print("bagit finds the bags valid")


if __name__ == "__main__":
    os.environ.pop("SASEO_DATA", None)
    main(*sys.argv[1:])
