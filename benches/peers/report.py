"""The comparison as Markdown: a table, and sentences that are made from its figures."""

import statistics

from measures import ALL, CPU

BEGIN = "<!-- bench-peers: everything from here is written by `just bench-peers` -->"
END = "<!-- bench-peers: to here -->"

# How much more CPU a page Scrapy should take than saseo.
GOAL = 4


def as_markdown(found):
    """Returns the table with its sentences."""
    saseo, scrapy = found.programs[:2]
    paragraphs = [described(found), table(found.programs), goal(saseo, scrapy)]
    paragraphs += [judged(saseo, peer) for peer in found.programs[1:]]
    return "\n\n".join(paragraphs)


def write_document(found, document):
    """Replaces what stands between the markers."""
    text = document.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    plotted = "![The figures of the table as bars](bench-peers.svg)"
    new = f"{before}{BEGIN}\n\n{as_markdown(found)}\n\n{plotted}\n\n{END}{after}"
    document.write_text(new, encoding="utf-8")


def described(found):
    requests = ", ".join(
        f"{program.name} {statistics.median(program.requests):,.0f}" for program in found.programs
    )
    kills = ", ".join(
        f"{program.name} {statistics.median(program.kills):.0f}"
        for program in found.programs
        if program.kills
    )
    return (
        f"{found.articles:,} articles, pages of {found.page_kb:.0f} kB on average, "
        f"median of {found.repeats} (range), {found.day}, {found.machine}. Pages asked for: "
        f"{requests}. For the recrawl {found.published} articles are new. For the losses each "
        f"crawl and those that resume it are killed up to {found.kills} times; the median was "
        f"{kills}, since a crawl that ends by itself is not resumed."
    )


def table(programs):
    heads = "".join(f" {program.name} |" for program in programs)
    lines = [f"| |{heads}", "|---" * (len(programs) + 1) + "|"]
    for measure in ALL:
        cells = "".join(f" {measure.cell(program)} |" for program in programs)
        lines.append(f"| {measure.title} |{cells}")
    return "\n".join(lines)


def goal(saseo, scrapy):
    """Tells how far the goal is."""
    ours, theirs = (statistics.median(CPU.of(program)) for program in (saseo, scrapy))
    ratio = theirs / ours
    told = f"{scrapy.name} takes {ratio:.2f} times the CPU of saseo a page."
    if ratio >= GOAL:
        return f"{told} The goal, {GOAL} times, is reached."
    missing = ours - theirs / GOAL
    return f"{told} The goal is {GOAL} times: saseo takes {CPU.told(missing)} too much for it."


def judged(saseo, peer):
    """Tells in which figures another program is better than saseo, and in which it is worse."""
    groups = {-1: [], 0: [], 1: []}
    for measure in ALL:
        if measure.of(peer):
            groups[measure.compare(saseo, peer)].append(against(measure, saseo, peer))

    sentences = [f"**{peer.name}** is better than saseo in {listed(groups[1])}."]
    if groups[-1]:
        sentences.append(f"saseo is better in {listed(groups[-1])}.")
    if groups[0]:
        sentences.append(f"Their ranges overlap in {listed(groups[0])}.")
    return " ".join(sentences)


def against(measure, saseo, peer):
    ours, theirs = (statistics.median(measure.of(program)) for program in (saseo, peer))
    return f"{measure.title} ({measure.told(theirs)}; saseo {measure.told(ours)})"


def listed(words):
    if not words:
        return "none of these figures"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
