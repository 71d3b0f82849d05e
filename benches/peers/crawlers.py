"""The newspaper, and how each program crawls it."""

import contextlib
import json
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

from processes import Failure, Usage, run_measured, served

SPIDER = Path(__file__).resolve().parent / "spider.py"

FIELDS = ["title", "byline", "date", "section", "text"]

NOTHING_USED = Usage(cpu_s=0, memory_mb=0, wall_s=0, was_killed=False, stdout="")


def paper(tools, port, more=0):
    """Serves the newspaper; with `more`, some time later. Gives the address of its home page."""
    command = [tools.saseo, "--json", "--data", tools.scratch / "served", "demo", "--serve"]
    command += ["--articles", tools.articles, "--crawl-delay", "0", "--port", port]
    if more:
        command += ["--more", more]
    return served(command, lambda out: json.loads(read_object(out))["home"])


def read_object(lines):
    """Reads lines to the end of a JSON object."""
    text = ""
    for line in lines:
        text += line
        if line.startswith("}"):
            return text
    raise Failure(f"the newspaper cannot be served: {text}")


@dataclass
class Crawl:
    """One finished crawl."""

    usage: Usage
    requests: int
    disk_bytes: int


class Saseo:
    """saseo at full speed: its own site, no gap, sixteen requests at once."""

    def __init__(self, tools, home, folder):
        self.tools = tools
        self.data = folder / "data"
        self.config = folder / "config"
        (self.config / "sites").mkdir(parents=True)
        (self.config / "saseo.toml").write_text('[pace]\ntotal_rate = "100000/s"\n')
        (self.config / "sites" / "demo.toml").write_text(
            f'name = "demo"\ntitle = "demo"\nhome = "{home}/"\nprofile = "ndsoft"\n'
            'own_site = true\n[pace]\ngap = "0s"\nat_once = 16\n'
        )
        self.environment = {"SASEO_RUNTIME_DIR": str(folder / "locks")}

    def command(self, *words):
        return [self.tools.saseo, "--config", self.config, "--data", self.data, *words]

    def crawl(self, kill_after_s=None, verb="crawl"):
        usage = run_measured(self.command("--json", verb), kill_after_s, self.environment)
        requests = 0 if usage.was_killed else json.loads(usage.stdout)["requests"]
        return Crawl(usage, requests, size(self.data))

    def resume(self, kill_after_s=None):
        return self.crawl(kill_after_s, "resume")

    def articles(self):
        """Returns the compared fields of all stored articles by their addresses."""
        export = self.command("export", "--format", "jsonl", "--out", "-")
        lines = run_measured(export, environment=self.environment).stdout.splitlines()
        articles = [json.loads(line) for line in lines]
        names = ["title", "byline", "published_at", "section", "text"]
        return {article["url"]: [article[name] or "" for name in names] for article in articles}

    def stored_twice(self):
        """Returns the number of pages that were stored more than once."""
        return rows(
            self.data / "archive.db",
            "SELECT page_id FROM capture GROUP BY page_id HAVING count(*) > 1",
        )


class Scrapy:
    """Scrapy with the spider beside this file."""

    def __init__(self, tools, home, folder, keep_pages=True):
        folder.mkdir(parents=True)
        self.folder = folder
        self.database = folder / "paper.db"
        self.report = folder / "report.json"
        self.command = [tools.scrapy, "runspider", SPIDER]
        self.command += ["-a", f"home={home}/", "-a", f"database={self.database}"]
        self.command += ["-a", f"report={self.report}", "-a", f"keep_pages={int(keep_pages)}"]

    def crawl(self, *words, kill_after_s=None):
        self.report.unlink(missing_ok=True)
        usage = run_measured([*self.command, *words], kill_after_s)
        if usage.was_killed:
            return Crawl(usage, 0, size(self.folder))
        if not self.report.exists():
            raise Failure("Scrapy ended without a report")
        return Crawl(usage, json.loads(self.report.read_text())["requests"], size(self.folder))

    def crawl_new(self):
        """Crawls what is new: the spider looks into its database."""
        return self.crawl("-a", "only_new=1")

    def crawl_job(self, kill_after_s=None):
        """Begins or resumes a crawl whose state Scrapy keeps in a folder.

        A kill may leave a state that Scrapy cannot read: then this is the crawl's end.
        """
        try:
            return self.crawl("-s", f"JOBDIR={self.folder / 'job'}", kill_after_s=kill_after_s)
        except Failure as failure:
            print(f"Scrapy cannot resume: {failure}", flush=True)
            return Crawl(NOTHING_USED, 0, size(self.folder))

    def articles(self):
        """Returns the compared fields of all stored articles by their addresses."""
        with contextlib.closing(sqlite3.connect(self.database)) as db:
            select = f"SELECT url, {', '.join(FIELDS)} FROM article"
            return {url: fields for url, *fields in db.execute(select)}

    def pages(self):
        """Returns the addresses and sizes of all stored pages."""
        with contextlib.closing(sqlite3.connect(self.database)) as db:
            return dict(db.execute("SELECT url, bytes FROM page"))

    def stored_twice(self):
        """Returns the number of pages that were stored more than once."""
        return rows(self.database, "SELECT url FROM page GROUP BY url HAVING count(*) > 1")


def mirror(tools, home, folder, urls):
    """Mirrors the pages by wget. It gets a page that links them all: the paper's lists go on by
    script, which wget does not read."""
    index, files = folder / "index", folder / "files"
    index.mkdir(parents=True)
    links = "".join(f'<a href="{url}">page</a>\n' for url in sorted(urls))
    (index / "index.html").write_text(f"<!doctype html><title>pages</title>\n{links}")
    # What the paper's pages link otherwise is the same under other addresses.
    accepted = (
        r"/$|/articleView\.html\?idxno=[0-9]+$|/articleList\.html\?(sc_section_code|view_type)="
    )

    server = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1"]
    server += ["--directory", index, "0"]
    with served(server, lambda out: out.readline().split()[5]) as port:
        command = [
            "wget",
            "--no-config",
            "--quiet",
            "--recursive",
            "--level=inf",
            "--execute",
            "robots=on",
        ]
        command += ["--accept-regex", accepted, "--directory-prefix", files]
        usage = run_measured([*command, f"http://127.0.0.1:{port}/"])

    mirrored = files / home.removeprefix("http://")
    pages = sum(1 for file in mirrored.rglob("*") if file.is_file())
    return Crawl(usage, pages, size(mirrored))


def size(folder):
    """Returns the bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def rows(database, query):
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return len(db.execute(query).fetchall())
