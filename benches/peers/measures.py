"""What is measured, and how it is told."""

import statistics
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measure:
    """One figure of a program."""

    # The name in the sentences and in the table.
    title: str
    # The values of a program, one a repeat; empty where it is not measured.
    values: str
    digits: int
    unit: str = ""
    is_less_better: bool = True

    def of(self, program):
        return getattr(program, self.values)

    def told(self, value):
        return f"{value:,.{self.digits}f}{self.unit and ' ' + self.unit}"

    def cell(self, program):
        """Returns the median, with the range where it has one."""
        values = self.of(program)
        if not values:
            return ""
        median = self.told(statistics.median(values))
        least, most = (f"{value:,.{self.digits}f}" for value in (min(values), max(values)))
        return median if least == most else f"{median} ({least} to {most})"

    def compare(self, one, other):
        """Returns -1 where the first program is better, 1 where the other is, and 0 where their
        ranges overlap."""
        if not self.is_less_better:
            one, other = other, one
        ours, theirs = self.of(one), self.of(other)
        if max(ours) < min(theirs):
            return -1
        return 1 if max(theirs) < min(ours) else 0


CPU = Measure("CPU a page", "cpu_ms", 2, "ms")

# Those of every program, which the plot has.
PLOTTED = [
    CPU,
    Measure("peak memory", "memory_mb", 0, "MB"),
    Measure("pages a second", "pages_s", 0, is_less_better=False),
    Measure("bytes on disk a page", "disk_kb", 1, "kB"),
]

ALL = [
    *PLOTTED,
    Measure("requests for a new article on a recrawl", "per_new", 2),
    Measure("articles lost after kills", "lost", 0),
    Measure("pages stored twice after kills", "twice", 0),
]


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
    # Kills of one crawl, until it ended by itself.
    kills: list = field(default_factory=list)
    lost: list = field(default_factory=list)
    twice: list = field(default_factory=list)

    def add(self, crawl):
        self.cpu_ms.append(crawl.usage.cpu_s * 1000 / crawl.requests)
        self.memory_mb.append(crawl.usage.memory_mb)
        self.pages_s.append(crawl.requests / crawl.usage.wall_s)
        self.disk_kb.append(crawl.disk_bytes / crawl.requests / 1000)
        self.requests.append(crawl.requests)
