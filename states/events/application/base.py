"""What every event of an application shares."""

from states.charts.application import APPLICATION
from states.engine.event import B, Event
from states.tables.application import Application


class ApplicationEvent(Event[Application, B]):
    """What the events of an application share."""

    chart = APPLICATION
    table = Application
