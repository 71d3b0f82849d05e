#!/usr/bin/env python3
"""Compares saseo with Scrapy and wget on one newspaper, and writes what it found into the docs.

    just bench-peers            some five minutes: 2,001 articles, three repeats
    just bench-peers --quick    half a minute: a smoke test, which writes nothing

The newspaper is `saseo demo --serve`, in a process of its own on loopback. The crawlers run in turn.
The system accounts for the CPU time of each (wait4: user and system); peak memory is VmHWM of /proc
on Linux, ru_maxrss elsewhere. saseo and Scrapy must have stored the same fields of the same
articles, or the comparison fails.
"""

import argparse
import contextlib
import json
import os
import platform
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from plot import plot
from report import as_markdown, write_document

ROOT = Path(__file__).resolve().parents[2]
SPIDER = Path(__file__).resolve().parent / "spider.py"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "bench-peers.svg"

SCRAPY = "2.19.0"

# Articles in each of the paper's three sections.
ARTICLES = 667
QUICK_ARTICLES = 67

# Articles that the paper publishes between two crawls.
PUBLISHED = 20

# When a crawl, and those that resume it, are killed: as shares of the time that a whole one took.
KILLS = [0.25, 0.25, 0.25]

# No crawl takes longer, unless it hangs.
PATIENCE_S = 600
# How often a process is looked at. Each look costs some 0.1 ms.
LOOK_S = 0.02

FIELDS = ["title", "byline", "date", "section", "text"]


class Failure(Exception):
    """The comparison cannot be made, or found a difference."""


# Processes


@dataclass
class Usage:
    """What the system accounts a process for."""

    cpu_s: float
    memory_mb: float
    wall_s: float
    was_killed: bool
    stdout: str


def run_measured(command, kill_after_s=None, environment=None):
    """Runs a command to its end, or kills it after some time, and returns its usage."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={**os.environ, **(environment or {})},
        )
        status, usage, memory_kb, was_killed = wait_for(process, began, kill_after_s)
        wall_s = time.monotonic() - began

        out.seek(0)
        err.seek(0)
        stdout, stderr = out.read().decode(), err.read().decode(errors="replace")

    code = os.waitstatus_to_exitcode(status)
    # wget ends with 8 where the server answered one address with an error, as ours does.
    is_good = code == 0 or was_killed or (code == 8 and command[0] == "wget")
    if not is_good:
        raise Failure(f"{command} ended with {code}:\n{stdout[-2000:]}\n{stderr[-2000:]}")

    cpu_s = usage.ru_utime + usage.ru_stime
    return Usage(cpu_s, memory_kb / 1024, wall_s, was_killed, stdout)


def wait_for(process, began, kill_after_s):
    """Waits for a process, and returns its status, usage, peak memory, and whether it was killed."""
    peak_kb, was_killed = 0, False
    try:
        while True:
            peak_kb = max(peak_kb, high_water_kb(process.pid))
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                # The process is gone: Popen must not wait for its number.
                process.returncode = os.waitstatus_to_exitcode(status)
                return status, usage, peak_kb or max_rss_kb(usage), was_killed

            took_s = time.monotonic() - began
            if took_s > PATIENCE_S:
                raise Failure(f"{process.args} takes longer than {PATIENCE_S} s")
            if kill_after_s is not None and took_s > kill_after_s and not was_killed:
                os.kill(process.pid, signal.SIGKILL)
                was_killed = True
            time.sleep(LOOK_S)
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()


def high_water_kb(pid):
    """Returns the peak memory of a process so far; 0 where the system does not tell.

    ru_maxrss would do, were it not at least that of this script: a child begins as its copy.
    """
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def max_rss_kb(usage):
    return usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss


@contextlib.contextmanager
def served(command, read_address):
    """Runs a server, and gives what `read_address` makes of its first lines. Stops it by its pid."""
    with tempfile.TemporaryFile() as err:
        server = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
        )
        try:
            yield read_address(server.stdout)
        finally:
            server.kill()
            server.wait()
            server.stdout.close()


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


# Tools


@dataclass
class Tools:
    """What is compared, and where it runs."""

    saseo: Path
    scrapy: Path
    scratch: Path
    articles: int
    wget_version: str


def find_tools(arguments, scratch):
    """Builds and installs what is missing. Fails where it cannot."""
    if sys.version_info < (3, 11):
        raise Failure(f"this needs Python 3.11 or newer, not {platform.python_version()}")
    if not shutil.which("wget"):
        raise Failure("wget is not installed")

    version = subprocess.run(["wget", "--version"], capture_output=True, text=True, check=True)
    return Tools(
        saseo=arguments.saseo.resolve() if arguments.saseo else built_saseo(),
        scrapy=installed_scrapy(arguments.scrapy_folder),
        scratch=scratch,
        articles=QUICK_ARTICLES if arguments.quick else ARTICLES,
        wget_version=version.stdout.split()[2],
    )


def built_saseo():
    if not shutil.which("cargo"):
        raise Failure("cargo is not installed; or name a binary with --saseo")
    build = ["cargo", "build", "--release", "--locked", "--message-format", "json"]
    done = subprocess.run(build, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise Failure("saseo cannot be built")

    artifacts = [json.loads(line) for line in done.stdout.splitlines()]
    [binary] = [artifact["executable"] for artifact in artifacts if artifact.get("executable")]
    return Path(binary)


def installed_scrapy(folder):
    """Installs Scrapy by pip into an environment of its own, unless it is there."""
    scrapy = folder / "bin" / "scrapy"
    if scrapy.exists():
        found = subprocess.run([scrapy, "version"], capture_output=True, text=True)
        if found.stdout.split() == ["Scrapy", SCRAPY]:
            return scrapy

    print(f"installing Scrapy {SCRAPY} into {folder}", flush=True)
    install = [folder / "bin" / "pip", "install", "--quiet", f"scrapy=={SCRAPY}"]
    for command in [[sys.executable, "-m", "venv", "--clear", folder], install]:
        if subprocess.run(command).returncode:
            raise Failure(f"Scrapy cannot be installed: {command}")
    return scrapy


# Crawls


@dataclass
class Crawl:
    """One finished crawl."""

    usage: Usage
    requests: int
    disk_bytes: int


@dataclass
class Measured:
    """All figures of one program, each with one value a repeat."""

    name: str
    cpu_ms: list = field(default_factory=list)
    memory_mb: list = field(default_factory=list)
    pages_s: list = field(default_factory=list)
    disk_kb: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    per_new: list = field(default_factory=list)
    lost: list = field(default_factory=list)
    twice: list = field(default_factory=list)

    def add(self, crawl):
        self.cpu_ms.append(crawl.usage.cpu_s * 1000 / crawl.requests)
        self.memory_mb.append(crawl.usage.memory_mb)
        self.pages_s.append(crawl.requests / crawl.usage.wall_s)
        self.disk_kb.append(crawl.disk_bytes / crawl.requests / 1000)
        self.requests.append(crawl.requests)


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
        return {
            article["url"]: [article[name] or "" for name in names] for article in articles
        }

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
        requests = 0
        if not usage.was_killed:
            requests = json.loads(self.report.read_text())["requests"]
        return Crawl(usage, requests, size(self.folder))

    def crawl_new(self):
        """Crawls what is new: the spider looks into its database."""
        return self.crawl("-a", "only_new=1")

    def crawl_job(self, kill_after_s=None):
        """Begins or resumes a crawl whose state Scrapy keeps in a folder."""
        return self.crawl("-s", f"JOBDIR={self.folder / 'job'}", kill_after_s=kill_after_s)

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
    accepted = r"/$|/articleView\.html\?idxno=[0-9]+$|/articleList\.html\?(sc_section_code|view_type)="

    server = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1"]
    server += ["--directory", index, "0"]
    with served(server, lambda out: out.readline().split()[5]) as port:
        command = ["wget", "--quiet", "--recursive", "--level=inf", "--execute", "robots=on"]
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


# The comparison


@dataclass
class Comparison:
    """Everything that was measured."""

    programs: list
    articles: int
    page_kb: float
    published: int
    kills: int
    repeats: int
    machine: str
    day: str


def compare(tools, repeats):
    """Runs everything, and returns what was measured."""
    on = machine()
    names = ["saseo", f"Scrapy {SCRAPY}", "Scrapy, fields only", f"wget {tools.wget_version}"]
    programs = [Measured(name) for name in names]
    folders = [tools.scratch / str(repeat) for repeat in range(repeats)]

    with paper(tools, port=0) as home:
        crawled = [crawl_in_turn(tools, home, folder, programs) for folder in folders]
        pages, expected = crawled[0][1].pages(), crawled[0][1].articles()
        for folder in folders:
            kill_and_resume(tools, home, folder / "killed", programs, expected.keys())

    # The same server, some time later.
    port = home.rpartition(":")[2]
    with paper(tools, port, more=PUBLISHED):
        for saseo, scrapy in crawled:
            crawl_again(saseo, scrapy, programs)

    return Comparison(
        programs=programs,
        articles=len(expected),
        page_kb=statistics.mean(pages.values()) / 1000,
        published=PUBLISHED,
        kills=len(KILLS),
        repeats=repeats,
        machine=on,
        day=date.today().isoformat(),
    )


def crawl_in_turn(tools, home, folder, programs):
    """Crawls the whole paper by each program, and returns those that crawl again later."""
    saseo = Saseo(tools, home, folder / "saseo")
    scrapy = Scrapy(tools, home, folder / "scrapy")
    fields_only = Scrapy(tools, home, folder / "fields-only", keep_pages=False)

    crawls = [saseo.crawl(), scrapy.crawl(), fields_only.crawl()]
    crawls.append(mirror(tools, home, folder / "mirror", scrapy.pages()))
    shutil.rmtree(folder / "mirror")
    for program, crawl in zip(programs, crawls, strict=True):
        program.add(crawl)
        print(
            f"{program.name}: {crawl.requests} pages, {program.cpu_ms[-1]:.2f} ms of CPU a page, "
            f"{program.memory_mb[-1]:.0f} MB, {crawl.usage.wall_s:.1f} s",
            flush=True,
        )

    require_equal(saseo.articles(), scrapy.articles())
    require_equal(saseo.articles(), fields_only.articles())
    return saseo, scrapy


def kill_and_resume(tools, home, folder, programs, expected):
    """Kills crawls, resumes them, and counts what they lost of the expected articles."""
    saseo = Saseo(tools, home, folder / "saseo")
    scrapy = Scrapy(tools, home, folder / "scrapy")
    run_killed([saseo.crawl, saseo.resume, saseo.resume, saseo.resume], programs[0])
    run_killed([scrapy.crawl_job] * 4, programs[1])

    for program, crawler in zip(programs, [saseo, scrapy], strict=False):
        program.lost.append(len(expected - crawler.articles().keys()))
        program.twice.append(crawler.stored_twice())
        print(
            f"{program.name} after {len(KILLS)} kills: {program.lost[-1]} articles lost, "
            f"{program.twice[-1]} pages stored twice",
            flush=True,
        )


def run_killed(crawls, program):
    """Runs crawls one after the other, and kills all but the last, unless one ends by itself."""
    pages_s, pages = statistics.median(program.pages_s), statistics.median(program.requests)
    for crawl, share in zip(crawls, [*KILLS, None], strict=True):
        kill_after_s = share and share * pages / pages_s
        if not crawl(kill_after_s=kill_after_s).usage.was_killed:
            return


def crawl_again(saseo, scrapy, programs):
    """Crawls what the paper published meanwhile."""
    for program, crawler, crawl in zip(
        programs, [saseo, scrapy], [saseo.crawl, scrapy.crawl_new], strict=False
    ):
        before = crawler.articles().keys()
        requests = crawl().requests
        new = len(crawler.articles().keys() - before)
        if new != PUBLISHED:
            raise Failure(f"{program.name} found {new} of {PUBLISHED} new articles")
        program.per_new.append(requests / new)
        print(f"{program.name} again: {requests} requests for {new} new articles", flush=True)

    require_equal(saseo.articles(), scrapy.articles())


def require_equal(ours, theirs):
    """Fails unless both have the same articles with the same fields."""
    if ours.keys() != theirs.keys():
        raise Failure(f"not the same articles: {sorted(ours.keys() ^ theirs.keys())[:5]}")
    for url, fields in ours.items():
        for name, mine, other in zip(FIELDS, fields, theirs[url], strict=True):
            if mine != other:
                raise Failure(f"{url} has another {name}: {mine!r} and {other!r}")


def machine():
    """Returns what the figures depend on, beside the programs."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"on average {load:.1f} other processes at work in the minute before"
    )


# The command


def arguments_of_user():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a smoke test, which writes nothing")
    parser.add_argument("--repeats", type=int, help="how often each program crawls (3)")
    parser.add_argument("--saseo", type=Path, metavar="BINARY", help="instead of building it")
    parser.add_argument(
        "--scrapy-folder",
        type=Path,
        metavar="FOLDER",
        default=ROOT / "target" / "peers",
        help="where Scrapy is installed (target/peers)",
    )
    return parser.parse_args()


def main():
    arguments = arguments_of_user()
    repeats = arguments.repeats or (1 if arguments.quick else 3)
    try:
        with tempfile.TemporaryDirectory(prefix="saseo-peers-") as scratch:
            found = compare(find_tools(arguments, Path(scratch)), repeats)
    except Failure as failure:
        sys.exit(f"bench-peers: {failure}")

    print(f"\n{as_markdown(found)}")
    if not arguments.quick:
        write_document(found, DOCUMENT)
        PLOT.write_text(plot(found), encoding="utf-8")
        print(f"written into {DOCUMENT} and {PLOT}")


if __name__ == "__main__":
    main()
