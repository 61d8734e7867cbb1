"""Rows of the pages that somebody reads who is signed in."""

from datetime import UTC, datetime

from tests.service.walls.row import A_PERSON_IS_NEEDED, OFFICE, get, named, page, post
from tests.service.walls.rows_rights import OF_MEMBERS, REJECTED, REVIEWERS, WANTED
from tests.service.walls.rows_said import HIS, OF_TWO, SOON

EVERYTHING = dict.fromkeys(("peers", "customers", "kudos", "on_boards"), "yes")  # or others' rows could not be asked


def chosen(_):
    return EVERYTHING


def joins(ids):
    return {"to_id": ids["person"], "on": f"{datetime.now(UTC):%Y-%m-%d}"}


ROWS = [
    get("/", told=A_PERSON_IS_NEEDED),
    get("/boards"),
    get("/live", may=set()),  # only sessions listen; a program's token asks the API
    get("/boards/{board:str}"),
    get("/people/suggest", query=lambda _: {"q": "b"}, told=A_PERSON_IS_NEEDED),
    get("/people/{person_id:uuid}", foreign=404),
    get("/me/journey", told=A_PERSON_IS_NEEDED),
    get("/me/scores", told=A_PERSON_IS_NEEDED),
    get("/me/calls", told=A_PERSON_IS_NEEDED),
    get("/me/profile", told=A_PERSON_IS_NEEDED),
    page("/me/profile", lambda _: {"name": "The same"}, told=A_PERSON_IS_NEEDED),
    page("/me/profile/undo", told=A_PERSON_IS_NEEDED),
    page("/me/profile/projects/{project_id:uuid}/hide", **OF_MEMBERS),
    page("/me/profile/projects/{project_id:uuid}/show", **OF_MEMBERS),
    get("/settings", told=A_PERSON_IS_NEEDED),
    page("/settings/language", lambda _: {"language": "en"}, told=A_PERSON_IS_NEEDED),
    page("/settings/mails", told=A_PERSON_IS_NEEDED),
    get("/kudos/new", query=lambda ids: {"to": ids["person"]}, told=A_PERSON_IS_NEEDED),
    post(
        "/kudos/new",
        lambda ids: {"key": ids["key"], "to_id": ids["person"], "message": "Thank you"},
        form=True,
        ok=303,
        told={"self": 422} | A_PERSON_IS_NEEDED,
        foreign=422,
    ),
    post(
        "/kudos/{kudos_id:uuid}/undo",
        form=True,
        may={"colleague"},
        ok=303,
        no=404,
        told=A_PERSON_IS_NEEDED,
        foreign=404,
        fresh="kudos",
    ),
    post("/sign-out", form=True, ok=303, fresh="credential"),
    page("/kudos/{kudos_id:uuid}/hide", **HIS, fresh="kudos"),
    page("/kudos/{kudos_id:uuid}/show", **HIS, fresh="kudos"),
    # What I allow, what is kept about me, who looked, where I am signed in.
    get("/joining", told=A_PERSON_IS_NEEDED),
    page("/joining", chosen, told=A_PERSON_IS_NEEDED),
    get("/settings/consent", told=A_PERSON_IS_NEEDED),
    page("/settings/consent", chosen, told=A_PERSON_IS_NEEDED),
    page("/settings/me", lambda _: {"name": "The same"}, told=A_PERSON_IS_NEEDED),
    get("/settings/my-data", told=A_PERSON_IS_NEEDED, fresh="kudos", lists=("kudos", {"self", "colleague"})),
    get("/settings/my-data/contents", told=A_PERSON_IS_NEEDED),
    get("/settings/my-data/tables", told=A_PERSON_IS_NEEDED),
    get("/who-looked", told=A_PERSON_IS_NEEDED),
    get("/sessions", told=A_PERSON_IS_NEEDED),
    page("/sessions/end", told=A_PERSON_IS_NEEDED),
    page("/sessions/others/end", told=A_PERSON_IS_NEEDED),
    # What is not one's own session looks as if it had ended before.
    page("/sessions/{session_id:uuid}/end", told=A_PERSON_IS_NEEDED, foreign=303),
    get("/kudos/hidden", told=A_PERSON_IS_NEEDED, fresh="hidden", lists=("hidden", {"self"})),
    # Contests.
    get("/contests", told=A_PERSON_IS_NEEDED, lists=("contest", REVIEWERS | {"self"})),
    get(
        "/contests/new",
        query=lambda ids: {"evidence": "kudos", "evidence_id": ids["kudos"]},
        told=A_PERSON_IS_NEEDED,
    ),
    page(
        "/contests/new",
        lambda ids: {"words": "It was not me", "evidence": "kudos", "evidence_id": ids["kudos"]},
        **HIS,
        fresh="kudos",
    ),
    get("/contests/{contest_id:uuid}", may={"self"} | REVIEWERS, no=404, foreign=404),
    page(
        "/contests/{contest_id:uuid}/withdraw",
        may={"self"},
        no=404,
        told={"service": 409},
        foreign=404,
        fresh="contest",
    ),
    page(
        "/contests/{contest_id:uuid}",
        lambda _: REJECTED,
        may=REVIEWERS,
        no=404,
        told={"self": 403},
        foreign=404,
        visible=True,
        fresh="contest",
    ),
    # Feedback and its rounds.
    get("/feedback", told=A_PERSON_IS_NEEDED, fresh="ask", lists=("ask", {"self"})),
    get("/feedback/asks/{ask_id:uuid}", **HIS, fresh="ask"),
    page("/feedback/asks/{ask_id:uuid}", lambda _: {"rating collaboration": "4"}, **HIS, fresh="ask"),
    page("/feedback/asks/{ask_id:uuid}/decline", **HIS, fresh="ask"),
    page("/feedback/asks/{ask_id:uuid}/undo", **HIS, fresh="ask"),
    page(
        "/feedback/notes",
        lambda ids: {"key": ids["key"], "receiver_id": ids["person"], "message": "You explained it well"},
        told={"self": 422} | A_PERSON_IS_NEEDED,
        foreign=422,
    ),
    page("/feedback/notes/{note_id:uuid}/hide", **OF_TWO),
    get("/rounds", may=OFFICE, fresh="round", lists=("round", OFFICE)),
    page("/rounds", lambda _: {"closes_on": SOON}, may=OFFICE, fresh="no round"),
    page("/rounds/{round_id:uuid}/close", may=OFFICE, foreign=404, fresh="round"),
    page("/rounds/{round_id:uuid}/remind", may=OFFICE, foreign=404, fresh="round"),
    # Exports.
    get("/exports", may=OFFICE, fresh="export", lists=("export", OFFICE)),
    page("/exports", lambda _: WANTED, may=OFFICE, scope="export"),
    get("/exports/{export_id:uuid}/file", may=OFFICE, foreign=404, fresh="export", scope="export"),
    # Runs of scoring.
    get("/scoring", may=OFFICE),
    page("/scoring", may=OFFICE, fresh="run"),
    # Imports by upload.
    get("/people/import", may={"administrator"}, fresh="upload", lists=("upload", {"administrator"})),
    page("/people/import", may={"administrator"}, ok=422),
    get("/people/import/{upload_id:uuid}", may={"administrator"}, foreign=404, fresh="upload"),
    page("/people/import/{upload_id:uuid}/confirm", may={"administrator"}, foreign=404, fresh="upload"),
    page("/people/import/{upload_id:uuid}/leave", may={"administrator"}, foreign=404, fresh="upload"),
    # The list of people.
    get("/people", may={"hr", "administrator"}),
    get("/people/new", may={"administrator"}),
    page("/people", named, may={"administrator"}),
    get("/people/{person_id:uuid}/edit", may={"administrator"}, foreign=404),
    page("/people/{person_id:uuid}/edit", named, may={"administrator"}, foreign=404, fresh="person"),
    page("/people/{person_id:uuid}/end", may={"administrator"}, foreign=404, fresh="person"),
    page("/people/{person_id:uuid}/return", may={"administrator"}, foreign=404, fresh="person"),
    # Teams.
    get("/teams", may={"hr", "administrator"}),
    get("/teams/new", may={"administrator"}),
    page("/teams", named, may={"administrator"}),
    get("/teams/{team_id:uuid}", may={"hr", "administrator"}, foreign=404),
    get("/teams/{team_id:uuid}/edit", may={"administrator"}, foreign=404),
    page("/teams/{team_id:uuid}/edit", named, may={"administrator"}, foreign=404),
    page("/teams/{team_id:uuid}/members", joins, may={"administrator"}, foreign=404, fresh="person"),
    page(
        "/teams/{team_id:uuid}/members/{member_id:uuid}",
        lambda _: {"on": f"{datetime.now(UTC):%Y-%m-%d}", "act": "end"},
        may={"administrator"},
        foreign=404,
        fresh="team_member",
    ),
    page("/undo/{way_back_id:uuid}", may={"administrator"}, foreign=404, fresh="way_back"),
]
