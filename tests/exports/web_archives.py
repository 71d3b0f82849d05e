"""Reads the WARC, WACZ and bag of an archive with the programs of others.

    python web_archives.py SASEO DATA

exports the archive in DATA by the program SASEO, and fails where warcio, FastWARC, cdxj-indexer,
wacz, pywb or bagit find fault. The archive in DATA has no photos, so that a smaller demo newspaper
is crawled with them. Its packages are those of web-archives.txt. It talks to loopback only.
"""

import contextlib
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
import urllib.parse
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


def check_warc(warc, folder, least=100):
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
    assert kinds["response"] > least, kinds
    answers = kinds["response"] + kinds.get("revisit", 0) + kinds["resource"]
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


@contextlib.contextmanager
def replayed(archive, folder):
    """pywb over loopback with a WARC or WACZ; the beginning of its addresses."""
    folder.mkdir()
    run(SCRIPTS / "wb-manager", "init", "paper", cwd=folder)
    unpack = ["--unpack-wacz"] if archive.suffix == ".wacz" else []
    run(SCRIPTS / "wb-manager", "add", *unpack, "paper", archive, cwd=folder)
    port = free_port()
    pywb = subprocess.Popen(
        [SCRIPTS / "pywb", "-b", "127.0.0.1", "-p", str(port)], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        base = f"http://127.0.0.1:{port}/paper"
        wait_for(f"{base}/", pywb)
        yield base
    finally:
        pywb.terminate()
        pywb.wait()


def wait_for(url, server):
    """Waits until a server answers, with whatever status."""
    for _ in range(PATIENCE):
        assert server.poll() is None, f"the server of {url} has ended"
        try:
            fetched(url)
            return
        except urllib.error.HTTPError:
            return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")


def check_replay(warc, folder):
    """pywb shows each page of an article with the bytes that its record has."""
    count = 0
    with replayed(warc, folder) as base:
        for url, stamp, body in answers(warc):
            assert fetched(f"{base}/{stamp}id_/{url}") == body, f"{url} is replayed otherwise"
            count += 1
    assert count >= 10, count
    return count


def crawl_with_photos(saseo, scratch):
    """Crawls a small demo newspaper whose site file asks for photos; the archive's folder."""
    port = free_port()
    data = scratch / "photos" / f"demo-{port}"
    served = subprocess.Popen(
        [saseo, "--quiet", "--data", data.parent, "demo", "--serve", "--articles", "4",
         "--crawl-delay", "0", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/", served)
        site = data / "config/sites/demo.toml"
        for _ in range(PATIENCE):
            if site.exists():
                break
            time.sleep(0.1)
        with open(site, "a", encoding="utf-8") as file:
            file.write("[keep]\nphotos = true\n")
        run(saseo, "--config", data / "config", "--data", data, "crawl")
    finally:
        served.terminate()
        served.wait()
    return data


def check_photos(saseo, scratch):
    """pywb shows an article with its photo, where the replayed page has it; the number of those."""
    data = crawl_with_photos(saseo, scratch)
    out = scratch / "photos.jsonl"
    run(saseo, "--data", data, "export", "--format", "jsonl", "--out", out)
    articles = list(map(json.loads, out.read_text("utf-8").splitlines()))
    warc = scratch / "photos.warc.gz"
    run(saseo, "--data", data, "export", "--format", "warc", "--out", warc)
    check_warc(warc, scratch, least=20)
    wacz = scratch / "photos.wacz"
    run(saseo, "--data", data, "export", "--format", "wacz", "--out", wacz)
    texts = {one["url"]: one["text"] for one in articles}
    check_wacz(wacz, scratch / "photos-wacz", texts)

    from_warc = check_shown(articles, warc, scratch / "photos-replay")
    from_wacz = check_shown(articles, wacz, scratch / "photos-replay-wacz")
    assert from_warc == from_wacz, (from_warc, from_wacz)
    return from_warc


def check_shown(articles, archive, folder):
    """pywb shows each article with its photos; the number of those."""
    count = 0
    with replayed(archive, folder) as base:
        for article in articles:
            stamp = re.sub(r"\D", "", article["fetched_at"])[:14]
            page = fetched(f"{base}/{stamp}mp_/{article['url']}").decode("utf-8")
            for image in article["images"]:
                # The address in the replayed page leads to the photo in the archive.
                shown = re.search(rf'src="([^"]*{re.escape(image["url"])})"', page)
                assert shown, f"{article['url']} is replayed without {image['url']}"
                address = urllib.parse.urljoin(f"{base}/", shown[1])
                assert address.startswith(base), address
                with urllib.request.urlopen(address, timeout=60) as answer:
                    assert answer.headers["content-type"] == "image/png", address
                    assert answer.read().startswith(b"\x89PNG\r\n\x1a\n"), address
                count += 1
    assert count >= 5, count
    return count


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
        assert kinds["revisit"] > 0, kinds
        print("warcio and FastWARC read", kinds)
        assert warc.read_bytes() == export("warc", "again.warc.gz").read_bytes()

        check_wacz(export("wacz", "paper.wacz"), scratch / "wacz", articles)
        print("wacz finds the file valid, and the index is that of cdxj-indexer")
        print("pywb replays", check_replay(warc, scratch / "replay"), "answers")
        print("pywb replays articles with", check_photos(saseo, scratch), "photos")

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
