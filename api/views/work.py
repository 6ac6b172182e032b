"""Work items and the explanation of their position, as the API returns them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.access.work import counts_signals, sees_colleagues, sees_signals
from api.http.pagination import Page
from api.views import base
from api.views.base import utc_instants
from rules.core.roles import Actor
from rules.queue.order import LANES
from states.reporting.work_history import grace
from states.tables.work import WorkItem
from states.work.work_by_state import level_of


def explanation(by: Actor, why: Mapping[str, Any]) -> dict[str, Any]:
    """Return why an item has its position in the queue, as the caller may know it.

    Officials and employers see how many threats make a case urgent, but not which; those who only pay see neither.
    Only the office sees who is absent or excluded.
    """
    shown: dict[str, Any] = utc_instants(why)
    if not sees_colleagues(by):
        for factor in shown.get("factors", []):
            if factor["factor"] == "skill":
                factor["fact"].pop("mayNot", None)
            if factor["factor"] == "inHand":
                factor["fact"].pop("by", None)
    if not sees_signals(by):
        for factor in shown.get("factors", []):
            if factor["factor"] == "lane":
                factor["fact"] = {"signals": len(factor["fact"])} if counts_signals(by) else None
    return shown


class WorkItemView(base.View):
    """Work item: something that must be done next."""

    id: str
    application: str | None
    """The case; null if the caller may not see it, such as before an employer is asked to take over."""
    action: str
    role: str
    organisation: str
    lane: str
    start_by: datetime
    created_at: datetime
    estimate: int
    skill: str
    assignee: str | None
    claimed_at: datetime | None
    returns_at: datetime | None
    dispatched_at: datetime | None
    late: bool
    subject: str


class WorkItemPage(Page[WorkItemView]):
    """Page of work items in queue order."""


def work_item_view(item: WorkItem, at: datetime) -> WorkItemView:
    """Return the view of a work item."""
    until = item.start_by + grace(item.lane, level_of(item.chart, item.action), item.start_by)
    return WorkItemView(**item.model_dump(exclude={"lane"}), lane=LANES[item.lane], late=until < at)
