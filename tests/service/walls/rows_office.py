"""Rows of the pages for HR and administrators: the policy, who takes part, how people sign in, the audit log."""

from scoring.policy import Policy
from service.pages import policy_form
from service.pages.language import Words
from tests.service.walls.row import OFFICE, get, page

WORDS = Words("en")
ADMINISTRATOR = {"administrator"}
OVERSEERS = {"hr", "administrator"}
NO_ADDRESS = {"issuer": "nowhere", "client_id": "talkoot"}


def another_policy(_):
    """Every field of the form, with some changed."""
    policy = Policy(results_cap=0.1, k=6)
    return policy_form.filled(policy, policy_form.dimensions(policy, ()), WORDS)


ROWS = [
    get("/policy", may=OFFICE),
    page("/policy", another_policy, may=OFFICE, fresh="run"),
    get("/policy/previews/{preview_id:uuid}", may=OFFICE, foreign=404),
    page(
        "/policy/previews/{preview_id:uuid}",
        lambda _: {"reason": "To try it", "sure": "yes"},
        may=OFFICE,
        foreign=404,
        fresh="preview",
    ),
    get("/policy/history", may=OFFICE),
    page("/policy/history/{number:int}", may=OFFICE, fresh="run"),
    get("/participation", may=OFFICE),
    get("/audit", query=lambda _: {"q": "Ben"}, may=OVERSEERS),
    get("/audit/export", may=OVERSEERS),
    get("/settings/sign-in", may=ADMINISTRATOR),
    # What was typed is no address, so nobody is asked: it is shown again.
    page("/settings/sign-in/test", lambda _: NO_ADDRESS, may=ADMINISTRATOR, ok=200),
    page("/settings/sign-in", lambda _: NO_ADDRESS, may=ADMINISTRATOR, ok=422),
    page("/settings/sign-in/end", may=ADMINISTRATOR, fresh="provider"),
]
