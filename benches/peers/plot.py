"""The comparison as an SVG image: a group of bars for each figure that all programs have."""

import statistics
from html import escape

from measures import PLOTTED

WIDTH = 760
LABELS = 190
VALUES = 170
BAR = 16
ROW = 24
HEAD = 34

# Mid-tones: they are told apart on white and on black.
COLOURS = ["#2f9e63", "#d9822b", "#b9935f", "#5b8def"]

STYLE = (
    "text { font: 13px system-ui, sans-serif; fill: #6e7781; } "
    ".head { font-weight: 600; } .range { stroke: #6e7781; stroke-width: 1.5; } "
    "@media (prefers-color-scheme: dark) { text { fill: #c9d1d9; } .range { stroke: #c9d1d9; } }"
)


def plot(found):
    """Returns the image."""
    height = len(PLOTTED) * (HEAD + ROW * len(found.programs)) + 10
    groups, top = [], 0
    for measure in PLOTTED:
        groups.append(group(measure, found.programs, top))
        top += HEAD + ROW * len(found.programs)

    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title desc">\n'
        f'<title id="title">saseo beside Scrapy and wget</title>\n'
        f'<desc id="desc">{escape(described(found))}</desc>\n<style>{STYLE}</style>\n'
        f"{''.join(groups)}</svg>\n"
    )


def described(found):
    """Tells the medians in words, for those who do not see the bars."""
    sentences = []
    for measure in PLOTTED:
        medians = [
            f"{program.name} {measure.told(statistics.median(measure.of(program)))}"
            for program in found.programs
        ]
        sentences.append(f"{measure.title}: {', '.join(medians)}.")
    return " ".join(sentences)


def group(measure, programs, top):
    """Returns the bars of one figure."""
    most = max(max(measure.of(program)) for program in programs)
    scale = (WIDTH - LABELS - VALUES) / most
    better = "less" if measure.is_less_better else "more"
    parts = [
        f'<text class="head" x="0" y="{top + 22}">{measure.title} ({better} is better)</text>\n'
    ]

    for row, program in enumerate(programs):
        parts.append(bar(measure, program, COLOURS[row], top + HEAD + ROW * row, scale))
    return "".join(parts)


def bar(measure, program, colour, top, scale):
    """Returns a bar as long as the median, with a line from the least to the most."""
    values = measure.of(program)
    median, middle = statistics.median(values), top + BAR / 2
    least, most = LABELS + min(values) * scale, LABELS + max(values) * scale
    return (
        f'<text x="{LABELS - 10}" y="{top + 13}" text-anchor="end">{escape(program.name)}</text>'
        f'<rect x="{LABELS}" y="{top}" width="{median * scale:.1f}" height="{BAR}" rx="2" '
        f'fill="{colour}"/>'
        f'<line class="range" x1="{least:.1f}" x2="{most:.1f}" y1="{middle}" y2="{middle}"/>'
        f'<text x="{most + 8:.1f}" y="{top + 13}">{measure.told(median)}</text>\n'
    )
