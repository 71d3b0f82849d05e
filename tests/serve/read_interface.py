"""Reads what `saseo serve` answers to programs, by programs that others wrote.

`python read_interface.py ADDRESS`, where the server has an archive of the demo.
"""

import csv
import io
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import bibtexparser
import feedparser
import rispy
from openapi_spec_validator import validate
from prometheus_client.openmetrics.parser import text_string_to_metric_families

# What the demo has.
ARTICLES = 118

address = sys.argv[1].rstrip("/")


def get(path, form=None):
    """Returns the type and the text of an answer."""
    request = urllib.request.Request(address + path, data=form and form.encode())
    if form:
        request.add_header("Origin", address)
    with urllib.request.urlopen(request) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def export(form, name):
    """Exports, waits until it is done, and returns the file."""
    _, page = get("/export", form)
    while 'http-equiv="refresh"' in page:
        time.sleep(0.1)
        _, page = get("/export")
    return get(f"/export/files/{name}")[1]


def interface():
    kind, text = get("/openapi.json")
    assert kind == "application/json", kind
    document = json.loads(text)
    validate(document)
    # Every path answers with the type that the document names.
    article = next(csv.DictReader(io.StringIO(export("format=csv", "articles.csv"))))
    site, name = article["id"].split("/", 1)
    values = {"site": site, "name": urllib.parse.quote(name, safe=""), "n": "1", "file": "articles.csv"}
    for path, item in document["paths"].items():
        operation = item["get"]
        query = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
        told = next(iter(operation["responses"]["200"]["content"]))
        if told == "text/event-stream":
            continue  # It has no end.
        real = path.format(**values) + ("?q=%EC%B1%85" if query else "")
        kind, _ = get(real)
        is_file = path == "/export/files/{file}"
        assert is_file or kind.split(";")[0] == told, (path, kind, told)
    print(f"-- {len(document['paths'])} paths of /openapi.json are valid, and answer as it tells")
    return article


def citations(article):
    path = f"/a/{article['id'].replace('/', '/', 1)}"
    _, ris = get(path + "/cite.ris")
    [entry] = rispy.loads(ris)
    assert entry["type_of_reference"] == "NEWS", entry
    assert article["title"] in (entry.get("title"), entry.get("primary_title")), entry
    _, bib = get(path + "/cite.bib")
    library = bibtexparser.parse_string(bib)
    assert not library.failed_blocks and len(library.entries) == 1, library.failed_blocks
    fields = library.entries[0].fields_dict
    assert "title" in fields and "url" in fields, fields
    _, csl = get(path + "/cite.json")
    [item] = json.loads(csl)
    assert item["title"] == article["title"], item
    print("-- citations are read by rispy and bibtexparser")


def feeds():
    for path in ("/feeds/all.atom", "/feeds/demo.atom", "/search.atom?q=%EC%B1%85"):
        kind, text = get(path)
        assert kind.startswith("application/atom+xml"), kind
        feed = feedparser.parse(text)
        assert not feed.bozo, (path, feed.get("bozo_exception"))
        assert feed.version == "atom10" and feed.entries, path
        assert all(entry.link and entry.title for entry in feed.entries), path
    print("-- feeds are read by feedparser")


def metrics():
    while True:
        kind, text = get("/metrics")
        families = {family.name: family for family in text_string_to_metric_families(text)}
        # The ledger is counted beside the first requests.
        if "saseo_requests" in families:
            break
        time.sleep(0.1)
    assert kind == "application/openmetrics-text; version=1.0.0; charset=utf-8", kind
    [articles] = families["saseo_articles"].samples
    assert (articles.labels, articles.value) == ({"site": "demo"}, ARTICLES), articles
    assert all(
        sample.labels.keys() <= {"site", "answer"}
        for family in families.values()
        for sample in family.samples
    )
    print(f"-- {len(families)} metrics are read by prometheus_client")


def tables():
    rows = list(csv.DictReader(io.StringIO(export("format=csv&all_versions=1", "articles.csv"))))
    assert len({row["id"] for row in rows}) == ARTICLES, len(rows)
    found = list(csv.DictReader(io.StringIO(get("/search.csv?q=%EC%B1%85")[1].lstrip("\ufeff"))))
    assert found and {row["id"] for row in found} <= {row["id"] for row in rows}
    print(f"-- one CSV has all {ARTICLES} articles")


article = interface()
citations(article)
feeds()
metrics()
tables()
