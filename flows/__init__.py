"""Flows do it on time: the clock, the dispatcher, Prefect's flows and the sending of letters."""
