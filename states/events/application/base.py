"""Base class of the events of an application."""

from states.charts.application import APPLICATION
from states.engine.event import B, Event
from states.tables.application import Application


class ApplicationEvent(Event[Application, B]):
    """Shared by the events of an application."""

    chart = APPLICATION
    table = Application
