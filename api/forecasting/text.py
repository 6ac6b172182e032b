"""Text of a forecast, line by line."""

from collections.abc import Iterator, Mapping
from typing import Any

from rules.forecast.sources import POOL

PER_DAY = 8
"""Working hours in a working day."""


def advisers(number: int) -> str:
    """Return a number of advisers in words."""
    return "1 adviser" if number == 1 else f"{number} advisers"


def words(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of an answer."""
    simulated, base = found["simulated"], found["base"]
    yield (
        f"{advisers(base['advisers'])}, {base['casesPerWeek']:g} cases a week, reserve every {base['reserve']}; from "
        f"{simulated['from']} through {simulated['until']}, {simulated['replications']} times, seed {simulated['seed']}"
    )
    yield from (f"assumed: {line}" for line in found["basis"].get("assumed", ()))
    lacking = found["basis"]["skillsNobodyHas"]
    for pool, skills in lacking.items():
        yield f"nobody has: {', '.join(skills)}, which work of the pool {pool} asks for; such work is never begun"
    yield ""
    yield "Working hours until someone begins; four of five waits lie between 10 % and 90 %"
    for scenario in (base, *found["whatIf"]):
        yield from _scenario(scenario)
    yield from _needed(found.get("advisersNeeded"), base["urgentWork"]["withinHours"], lacks=POOL in lacking)
    yield from _tested(found.get("backTest"))


def _scenario(scenario: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{scenario['name']:<26}{'10 %':>9}{'50 %':>9}{'90 %':>9}{'mean':>9}   mean of a run, 10 to 90 %"
    for lane, row in scenario["lanes"].items():
        if row["waitHours"] is None:
            yield f"  {lane:<24}{'none came in':>36}"
            continue
        wait, mean = row["waitHours"], row["meanHours"]
        numbers = (wait["p10"], wait["p50"], wait["p90"], mean["mean"])
        yield f"  {lane:<24}{''.join(f'{number:9.1f}' for number in numbers)}   {mean['p10']:.1f} to {mean['p90']:.1f}"
    urgent, terms = scenario["urgentWork"], scenario["terms"]
    days = urgent["withinHours"] / PER_DAY
    yield f"  acute and urgent work begun within {days:g} working days: {percent(urgent['inTime'])}"
    for name, row in terms["statutory"]["each"].items():
        whose = "" if row["ofTheOffice"] else ", the employer's"
        yield f"  statutory term missed, {name} ({row['article']}, {row['length']}{whose}): {missed(row)}"
    yield f"  service levels of the house missed: {missed(terms['serviceLevels'])}"
    load = ", ".join(f"{pool} {share:.0%}" for pool, share in scenario["load"].items())
    yield f"  work that comes in, of the hours that people are there: {load}"
    if scenario["neverBegun"]:
        yield f"  never begun within twice the time, on average: {scenario['neverBegun']:g}"


def _needed(needed: Mapping[str, Any] | None, within: float, *, lacks: bool) -> Iterator[str]:
    if needed is None:
        return
    yield ""
    goal = f"all acute and urgent work begins within {within / PER_DAY:g} working days and no statutory term is missed"
    if needed["advisers"] is None:
        most = needed["tried"][-1]["advisers"]
        yield f"Advisers needed: more than {most}, and then more of them does not help; look at the other pools."
    else:
        yield f"Advisers needed: {needed['advisers']} (now {needed['now']}), so that {goal}"
        yield f"in {needed['confidence']:.0%} of the runs."
    if lacks:
        yield "Look first at the skills that nobody has: the simulation gives a new adviser every skill."
    for row in needed["tried"]:
        yield f"  {advisers(row['advisers']):>12}: held in {row['held']:.0%} of {row['of']} runs"


def _tested(tested: Mapping[str, Any] | None) -> Iterator[str]:
    if tested is None:
        return
    yield ""
    yield (
        f"Back-test: fitted until {tested['fittedUntil']}, compared with the {tested['weeks']:g} weeks after it. "
        f"{percent(tested['within80'])} of {tested['pieces']} waits lay within the range of 80 %."
    )
    for lane, row in tested["lanes"].items():
        if row["foretold"] is None:
            yield f"  {lane:<12}{row['pieces']:>5} waits, none of which was foreseen: the first half has no such case"
            continue
        yield (
            f"  {lane:<12}{row['pieces']:>5} waits, {row['inside']} within {row['foretold']['p10']:.1f} to "
            f"{row['foretold']['p90']:.1f} h; mean {row['actualMean']:.1f}, foretold {row['foretoldMean']:.1f}; "
            f"mean absolute error {row['meanAbsoluteError']:.1f} h"
        )


def percent(share: float | None) -> str:
    """Return a share as a percentage."""
    return "none came in" if share is None else f"{share:.1%}"


def missed(row: Mapping[str, Any]) -> str:
    """Return the share of missed terms, with its range."""
    between = row["between"]
    return percent(row["missed"]) + (f" ({between['p10']:.1%} to {between['p90']:.1%} of a run)" if between else "")
