"""Flows: the processes and jobs that run at set times: clock, dispatcher, worker and Prefect flows."""
