#!/usr/bin/env python3
"""Compares saseo with Scrapy and wget on one newspaper, and writes what it found into the docs.

    just bench-peers            some five minutes: 2,001 articles, three repeats
    just bench-peers --quick    half a minute: a smoke test, which writes nothing

The newspaper is `saseo demo --serve`, in a process of its own on loopback. The crawlers run in
turn.
The system accounts for the CPU time of each (wait4: user and system); peak memory is VmHWM of /proc
on Linux, ru_maxrss elsewhere. saseo and Scrapy must have stored the same fields of the same
articles, or the comparison fails.
"""

import argparse
import os
import platform
import shutil
import signal
import statistics
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crawlers import FIELDS, Saseo, Scrapy, mirror, paper
from measures import Measured
from plot import plot
from processes import Failure
from report import as_markdown, write_document
from tools import ROOT, SCRAPY, find_tools

DOCUMENT = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "bench-peers.svg"

# Articles in each of the paper's three sections.
ARTICLES = 667
QUICK_ARTICLES = 67

# Articles that the paper publishes between two crawls.
PUBLISHED = 20

# When a crawl, and those that resume it, are killed: as shares of the time that a whole one took.
KILLS = [0.25, 0.25, 0.25]


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
    names = ["saseo", f"Scrapy {SCRAPY}", "Scrapy without pages", f"wget {tools.wget_version}"]
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
    without_pages = Scrapy(tools, home, folder / "without-pages", keep_pages=False)

    crawls = [saseo.crawl(), scrapy.crawl(), without_pages.crawl()]
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
    require_equal(saseo.articles(), without_pages.articles())
    return saseo, scrapy


def kill_and_resume(tools, home, folder, programs, expected):
    """Kills crawls, resumes them, and counts what they lost of the expected articles."""
    saseo = Saseo(tools, home, folder / "saseo")
    scrapy = Scrapy(tools, home, folder / "scrapy")
    resumed = [saseo.crawl, saseo.resume, saseo.resume, saseo.resume]
    programs[0].kills.append(run_killed(resumed, programs[0]))
    programs[1].kills.append(run_killed([scrapy.crawl_job] * 4, programs[1]))

    for program, crawler in zip(programs, [saseo, scrapy], strict=False):
        program.lost.append(len(expected - crawler.articles().keys()))
        program.twice.append(crawler.stored_twice())
        print(
            f"{program.name} after {program.kills[-1]} kills: {program.lost[-1]} articles lost, "
            f"{program.twice[-1]} pages stored twice",
            flush=True,
        )


def run_killed(crawls, program):
    """Runs crawls one after the other, and kills all but the last, unless one ends by itself.

    Returns how many were killed.
    """
    pages_s, pages = statistics.median(program.pages_s), statistics.median(program.requests)
    for killed, (crawl, share) in enumerate(zip(crawls, [*KILLS, None], strict=True)):
        kill_after_s = share and share * pages / pages_s
        if not crawl(kill_after_s=kill_after_s).usage.was_killed:
            return killed
    return len(KILLS)


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
    articles = QUICK_ARTICLES if arguments.quick else ARTICLES
    # What was started is stopped by pid on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory(prefix="saseo-peers-") as scratch:
            found = compare(find_tools(arguments, Path(scratch), articles), repeats)
    except Failure as failure:
        sys.exit(f"bench-peers: {failure}")

    print(f"\n{as_markdown(found)}")
    if not arguments.quick:
        write_document(found, DOCUMENT)
        PLOT.write_text(plot(found), encoding="utf-8")
        print(f"written into {DOCUMENT} and {PLOT}")


if __name__ == "__main__":
    main()
