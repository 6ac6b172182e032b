"""Result of the simulations: waits per lane with ranges, missed terms, and urgent work begun in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.core.rule import OLDEST
from rules.forecast.model import Model
from rules.forecast.simulation import Record
from rules.queue.order import LANES
from rules.threats.urgency import RANK, Urgency

URGENT = RANK[Urgency.URGENT]
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of the ordered numbers lies, interpolated."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def spread_of(numbers: Sequence[float], digits: int = 2) -> dict[str, float]:
    """The 10, 50 and 90 % quantiles of some numbers."""
    ordered = sorted(numbers)
    return {name: round(quantile(ordered, share), digits) for name, share in QUANTILES.items()}


@dataclass(frozen=True)
class Scenario:
    """An office in one situation, and its simulated outcomes."""

    name: str
    model: Model
    records: Sequence[Record]

    def as_json(self) -> dict[str, Any]:
        """The scenario as the answer shows it."""
        model = self.model
        return {
            "name": self.name,
            "advisers": len(model.staff(model.pool)),
            "casesPerWeek": round(sum(rate.weekly for rate in model.rates.values()), 2),
            "reserve": model.reserve,
            "lanes": {str(LANES[lane]): self.lane(lane) for lane in sorted(LANES) if lane in model.rates},
            "load": self.load(),
            "urgentWork": self.urgent(),
            "terms": {"statutory": self.statutory(), "serviceLevels": self.service_levels()},
            "neverBegun": round(sum(record.never for record in self.records) / len(self.records), 2),
        }

    def lane(self, lane: int) -> dict[str, Any]:
        """The waits of a lane until work begins, in working hours of the office."""
        model = self.model
        stages = [number for number, stage in enumerate(model.stages) if stage.pool == model.pool]
        each = [[hours for stage in stages for hours in record.waits.get((stage, lane), ())] for record in self.records]
        seen = [waits for waits in each if waits]
        if not seen:
            return {"pieces": 0.0, "waitHours": None, "meanHours": None, "work": {}}
        means = [sum(waits) / len(waits) for waits in seen]
        every = [hours for waits in seen for hours in waits]
        return {
            "pieces": round(len(every) / len(self.records), 2),
            "waitHours": spread_of(every),
            "meanHours": {"mean": round(sum(every) / len(every), 2), **spread_of(means)},
            "work": self.work(stages, lane),
        }

    def work(self, stages: Sequence[int], lane: int) -> dict[str, Any]:
        """The waits of a lane for each kind of work."""
        found = {}
        for stage in stages:
            waits = [hours for record in self.records for hours in record.waits.get((stage, lane), ())]
            if waits:
                found[self.model.stages[stage].name] = spread_of(waits)
        return found

    def load(self) -> dict[str, float]:
        """By pool, the share of its people's working hours that the arriving work takes."""
        model = self.model
        begin = model.start + model.warm * 168
        found = {}
        for pool in sorted({person.pool for person in model.people}):
            there = sum(one.axis.hours_before(model.end) - one.axis.hours_before(begin) for one in model.staff(pool))
            asked = sum(record.hours.get(pool, 0.0) for record in self.records) / len(self.records)
            found[pool] = round(asked / there, 3) if there else 0.0
        return found

    def urgent(self) -> dict[str, Any]:
        """How often acute and urgent work is begun in time and no statutory term of the office is missed."""
        within = urgent_within(self.model)
        waits = [hours for record in self.records for hours in urgent_waits(self.model, record)]
        return {
            "withinHours": within,
            "inTime": share(sum(hours <= within for hours in waits), len(waits)),
            "allInTimeAndNoTermMissed": share(
                sum(all_in_time(self.model, record) for record in self.records), len(self.records)
            ),
        }

    def statutory(self) -> dict[str, Any]:
        """The statutory terms: the share that is missed, with its uncertainty."""
        deadlines = self.model.deadlines
        rows = {
            deadline.name: {
                "article": deadline.article,
                "length": str(deadline.length),
                "ofTheOffice": deadline.ours,
                **self._missed([(record.missed[n], record.missed[n] + record.kept[n]) for record in self.records]),
            }
            for n, deadline in enumerate(deadlines)
        }
        sums = [(sum(record.missed), sum(record.missed) + sum(record.kept)) for record in self.records]
        return {**self._missed(sums), "each": rows}

    def service_levels(self) -> dict[str, Any]:
        """The service levels of the office: the share of the work that is begun too late."""
        rows = {
            stage.name: self._missed([(record.late[n], record.begun[n]) for record in self.records])
            for n, stage in enumerate(self.model.stages)
            if any(record.begun[n] for record in self.records)
        }
        return {**self._missed([(sum(record.late), sum(record.begun)) for record in self.records]), "each": rows}

    @staticmethod
    def _missed(counts: Sequence[tuple[int, int]]) -> dict[str, Any]:
        missed, of = sum(missed for missed, _ in counts), sum(of for _, of in counts)
        shares = [missed / of for missed, of in counts if of]
        return {"missed": share(missed, of), "between": spread_of(shares, 4) if shares else None}


def share(part: int, whole: int) -> float | None:
    """A share, or None if the whole is zero."""
    return round(part / whole, 4) if whole else None


def urgent_within(model: Model) -> float:
    """The working hours within which urgent work is begun."""
    return float(value("forecast_urgent_within", max(office_day(model.on), OLDEST)))


def urgent_waits(model: Model, record: Record) -> list[float]:
    """The waits of acute and urgent work of the pool that the forecast is about."""
    return [
        hours
        for (stage, lane), waits in record.waits.items()
        if lane <= URGENT and model.stages[stage].pool == model.pool
        for hours in waits
    ]


def all_in_time(model: Model, record: Record) -> bool:
    """Whether all urgent work was begun in time, and no statutory term of the office was missed."""
    ours = (missed for missed, deadline in zip(record.missed, model.deadlines, strict=True) if deadline.ours)
    within = urgent_within(model)
    return not any(ours) and all(hours <= within for hours in urgent_waits(model, record))


def simulated_period(model: Model) -> Mapping[str, str]:
    """The first and the last simulated day."""
    first = office_day(model.on)
    return {"from": first.isoformat(), "until": (first + timedelta(weeks=model.weeks, days=-1)).isoformat()}
