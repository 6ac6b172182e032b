"""Plot of a forecast as SVG or PNG: waits per lane with ranges, and how often a number of advisers suffices."""

from collections.abc import Callable, Mapping, Sequence
from math import log1p
from pathlib import Path
from typing import Any, NamedTuple

from api.forecasting.text import PER_DAY, advisers
from notifications.drawing import FAINT, INK, SOFT, Bar, Dot, Drawing, Label, Shape, Stroke, png, svg

GOAL = "#b42318"
COLOURS = ("#1d5b8f", "#d17b0f", "#2f855a", "#8b4fa3", "#c2415d", "#5b7083")
WIDTH, LEFT, PLOT, GAP, BARS = 1180, 120, 560, 110, 300
TOP, ROW, BETWEEN = 118, 19, 20
MARKS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Working days at which the axis may be marked."""


class Words(NamedTuple):
    """What a plot says in one language."""

    title: str
    under: str
    legend: str
    axis: str
    goal: str
    suffices: str
    confidence: str
    shares: tuple[str, str]


ENGLISH = Words(
    "How long work waits until someone begins",
    "{advisers}, {cases:g} cases a week, {since} through {until}, simulated {times} times (seed {seed})",
    "bar: four of five waits; dot: the middle one",
    "working days of {hours} hours until someone begins (the scale is wider near 0)",
    "goal for urgent work: {days:g} days",
    "How often a number of advisers suffices",
    "confidence asked: {share:.0%}",
    ("advisers (share of the runs in which all urgent", "work began in time and no term was missed)"),
)
DUTCH = Words(
    "Hoe lang werk wacht tot iemand begint",
    "{number} adviseurs, {cases:g} zaken per week, {since} tot en met {until}, {times} keer nagebootst (zaad {seed})",
    "balk: vier van de vijf keer; punt: de middelste",
    "werkdagen van {hours} uur tot iemand begint (bij 0 is de schaal ruimer)",
    "doel voor spoed: {days:g} dagen",
    "Hoe vaak een aantal adviseurs genoeg is",
    "gevraagde zekerheid: {share:.0%}",
    ("adviseurs (deel van de keren waarin alle spoed", "op tijd begon en geen termijn werd gemist)"),
)


def draw(found: Mapping[str, Any], words: Words = ENGLISH) -> Drawing:
    """Draw an answer."""
    scenarios = [found["base"], *found["whatIf"]]
    lanes = [lane for lane, row in found["base"]["lanes"].items() if row["waitHours"] is not None]
    group = ROW * len(scenarios) + BETWEEN
    bottom = TOP + max(group * len(lanes), 220)
    shapes: list[Shape] = [*_heading(found, scenarios, words)]
    shapes += _waits(found, scenarios, lanes, group, bottom, words)
    if found.get("advisersNeeded"):
        shapes += _needed(found["advisersNeeded"], bottom, words)
    return Drawing(WIDTH if found.get("advisersNeeded") else LEFT + PLOT + 60, bottom + 72, words.title, shapes)


def _heading(found: Mapping[str, Any], scenarios: Sequence[Mapping[str, Any]], words: Words) -> list[Shape]:
    base, simulated = found["base"], found["simulated"]
    under = words.under.format(
        advisers=advisers(base["advisers"]),
        number=base["advisers"],
        cases=base["casesPerWeek"],
        since=simulated["from"],
        until=simulated["until"],
        times=simulated["replications"],
        seed=simulated["seed"],
    )
    shapes: list[Shape] = [
        Label(24, 36, words.title, 21),
        Label(24, 60, under, 13, SOFT),
    ]
    x = 24.0
    for number, scenario in enumerate(scenarios):
        colour = COLOURS[number % len(COLOURS)]
        shapes += [Bar(x, 78, 22, 8, _pale(colour)), Dot(x + 11, 82, 5, colour)]
        shapes.append(Label(x + 30, 87, scenario["name"], 13))
        x += 56 + 7.2 * len(scenario["name"])
    shapes.append(Label(x + 12, 87, words.legend, 12, SOFT))
    return shapes


def _waits(
    found: Mapping[str, Any],
    scenarios: Sequence[Mapping[str, Any]],
    lanes: Sequence[str],
    group: int,
    bottom: int,
    words: Words,
) -> list[Shape]:
    within = found["base"]["urgentWork"]["withinHours"] / PER_DAY
    rows = [(scenario["lanes"][lane]["waitHours"], lane) for scenario in scenarios for lane in lanes]
    most = max([row["p90"] / PER_DAY for row, _ in rows if row] + [2 * within]) * 1.05

    def place(days: float) -> float:
        return LEFT + PLOT * log1p(days) / log1p(most)

    shapes: list[Shape] = []
    for mark in (mark for mark in MARKS if mark <= most):
        shapes.append(Stroke(place(mark), TOP, place(mark), bottom, FAINT))
        shapes.append(Label(place(mark), bottom + 18, str(mark), 12, SOFT, "middle"))
    shapes.append(Label(LEFT + PLOT / 2, bottom + 42, words.axis.format(hours=PER_DAY), 13, INK, "middle"))
    for at, lane in enumerate(lanes):
        y = TOP + group * at
        shapes.append(Label(LEFT - 14, y + (group - BETWEEN) / 2 + 10, lane, 14, INK, "end"))
        for number, scenario in enumerate(scenarios):
            wait = scenario["lanes"][lane]["waitHours"]
            if wait is None:
                continue
            low, middle, high = (place(wait[name] / PER_DAY) for name in ("p10", "p50", "p90"))
            line, colour = y + ROW * number + 5, COLOURS[number % len(COLOURS)]
            shapes.append(Bar(low, line, max(high - low, 2), 10, _pale(colour)))
            shapes.append(Dot(middle, line + 5, 5.5, colour))
    shapes.append(Stroke(place(within), TOP - 4, place(within), bottom, GOAL, dashed=True))
    shapes.append(Label(place(within) + 5, bottom - 6, words.goal.format(days=within), 12, GOAL))
    shapes.append(Stroke(LEFT, TOP, LEFT, bottom, SOFT))
    shapes.append(Stroke(LEFT, bottom, LEFT + PLOT, bottom, SOFT))
    return shapes


def _needed(needed: Mapping[str, Any], bottom: int, words: Words) -> list[Shape]:
    """Draw how often each number of advisers sufficed."""
    left, height = LEFT + PLOT + GAP, bottom - TOP
    tried = needed["tried"]
    step = BARS / max(len(tried), 3)
    shapes: list[Shape] = [Label(left, TOP - 14, words.suffices, 14)]
    for share in (0, 25, 50, 75, 100):
        y = bottom - height * share / 100
        shapes += [Stroke(left, y, left + BARS, y, FAINT), Label(left - 8, y + 4, f"{share} %", 12, SOFT, "end")]
    for number, row in enumerate(tried):
        x, colour = left + step * number, COLOURS[0] if row["advisers"] == needed["advisers"] else "#9fb3c8"
        tall = height * row["held"]
        shapes.append(Bar(x + step * 0.18, bottom - tall, step * 0.64, max(tall, 1), colour))
        shapes.append(Label(x + step / 2, bottom + 18, str(row["advisers"]), 12, SOFT, "middle"))
    goal = bottom - height * needed["confidence"]
    shapes.append(Stroke(left, goal, left + BARS, goal, GOAL, dashed=True))
    shapes.append(Label(left + 5, goal - 5, words.confidence.format(share=needed["confidence"]), 12, GOAL))
    shapes.append(Stroke(left, bottom, left + BARS, bottom, SOFT))
    for line, text in enumerate(words.shares):
        shapes.append(Label(left + BARS / 2, bottom + 42 + 17 * line, text, 13, INK, "middle"))
    return shapes


def _pale(colour: str) -> str:
    """Return a paler colour, for a wide bar."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(part + (255 - part) * 0.62):02x}" for part in parts)


WRITERS: dict[str, Callable[[Drawing], bytes]] = {".svg": lambda drawing: svg(drawing).encode(), ".png": png}
"""The function that writes a file, by file name extension."""


def write(found: Mapping[str, Any], path: Path) -> None:
    """Write the plot of an answer to a file in the format of its extension, one of ``WRITERS``.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(WRITERS[path.suffix.lower()](draw(found)))
