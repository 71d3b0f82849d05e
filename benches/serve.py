#!/usr/bin/env python3
"""What the pages of `saseo serve` take, and the memory of the server.

    cargo bench --bench make_archive -- searches 1000000 FOLDER
    python3 benches/serve.py target/release/saseo FOLDER [READERS [SECONDS [THINK]]]

Readers ask at random for pages of each kind, and rest up to twice THINK seconds between two. Words of
searches are drawn from the different words of 60 articles: rare ones are as likely as frequent ones.
"""

import collections
import http.client
import json
import pathlib
import random
import re
import subprocess
import sys
import threading
import time
import urllib.parse

saseo, folder = sys.argv[1], pathlib.Path(sys.argv[2])
readers, seconds, think = (
    kind(sys.argv[at]) if len(sys.argv) > at else usual
    for at, kind, usual in [(3, int, 1), (4, float, 30.0), (5, float, 0.0)]
)

served = subprocess.Popen(
    [saseo, "--json", "--data", folder / "data", "--config", folder / "config"]
    + ["serve", "--listen", "127.0.0.1:0"],
    stdout=subprocess.PIPE,
)
told = ""
while not told.rstrip().endswith("}"):
    told += served.stdout.readline().decode()
host = urllib.parse.urlsplit(json.loads(told)["home"]).netloc


def get(path):
    """Returns the time that a page took, its status and its body."""
    connection = http.client.HTTPConnection(host, timeout=120)
    began = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    took = time.perf_counter() - began
    connection.close()
    return took, answer.status, body.decode()


def memory(field):
    """Returns a field of the process's memory in MB."""
    status = pathlib.Path(f"/proc/{served.pid}/status").read_text()
    return int(re.search(rf"{field}:\s*(\d+)", status)[1]) / 1024


home = get("/")[2]
site = re.search(r'href="/sites/([^"]+)"', home)[1]
articles = int(re.search(r'class="number">(\d+)<', home)[1])
further = re.search(r'rel="next" href="([^"]+)"', home)[1].replace("&amp;", "&")
words = set()
for _ in range(60):
    text = json.loads(get(f"/a/{site}/{random.randint(1, articles)}.json")[2])["text"]
    words |= set(re.findall("[가-힣]{2,}", text))
words = sorted(words)


def article(ending=""):
    return f"/a/{site}/{random.randint(1, articles)}{ending}"


def search(count, order="best"):
    query = " ".join(random.sample(words, count))
    return "/search?" + urllib.parse.urlencode({"q": query, "sort": order})


kinds = {
    "home": lambda: "/",
    "further articles": lambda: further,
    "a paper": lambda: f"/sites/{site}",
    "an article": article,
    "its versions": lambda: article("/versions"),
    "a search for one word": lambda: search(1),
    "for two words": lambda: search(2),
    "the newest first": lambda: search(1, "new"),
    "runs": lambda: "/runs",
    "the ledger": lambda: "/ledger",
    "the form of exports": lambda: "/export",
    "a feed": lambda: "/feeds/all.atom",
    "metrics": lambda: "/metrics",
}
taken = collections.defaultdict(list)
statuses = collections.Counter()
until = time.time() + seconds


def read():
    while time.time() < until:
        time.sleep(random.random() * 2 * think)
        kind = random.choice(list(kinds))
        took, status, _ = get(kinds[kind]())
        taken[kind].append(took)
        statuses[status] += 1


threads = [threading.Thread(target=read) for _ in range(readers)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()


def told_of(name, times):
    times = sorted(times)
    median, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"{name:24}{len(times):6}  median {median * 1e3:7.1f} ms  p95 {p95 * 1e3:7.1f} ms")


for kind in kinds:
    if taken[kind]:
        told_of(kind, taken[kind])
told_of("all", [took for times in taken.values() for took in times])
print(f"statuses {dict(statuses)}; memory {memory('VmRSS'):.0f} MB, at most {memory('VmHWM'):.0f} MB")
served.terminate()
served.wait()
