"""Router of the pages: every place with its routes, in the order in which their paths are tried."""

from fastapi import APIRouter

from api.pages import static_files
from api.pages.about import about, problem_meanings
from api.pages.administrator import routes as administrator
from api.pages.administrator import steps as registry_steps
from api.pages.adoption import routes as adoption
from api.pages.applicant import application_form
from api.pages.applicant import routes as applicant
from api.pages.application import routes as application
from api.pages.coordinator import board, division, forecast, progress, reminders, staff
from api.pages.finance import bank_routes, books_routes
from api.pages.finance import routes as finance
from api.pages.letters import routes as letters
from api.pages.oversight import routes as oversight
from api.pages.search import routes as search
from api.pages.sign_in import routes as sign_in
from api.pages.start import routes as start
from api.pages.takeover import invoices
from api.pages.takeover import routes as takeover
from api.pages.worklist import routes as worklist

ROUTERS: tuple[APIRouter, ...] = (
    static_files.router,
    sign_in.router,
    start.router,
    worklist.router,
    application.router,
    application_form.router,
    applicant.router,
    takeover.router,
    invoices.router,
    letters.router,
    search.router,
    board.router,
    division.router,
    staff.router,
    forecast.router,
    reminders.router,
    progress.router,
    oversight.router,
    administrator.router,
    registry_steps.router,
    adoption.router,
    finance.router,
    bank_routes.router,
    books_routes.router,
    about.router,
    problem_meanings.router,
)
