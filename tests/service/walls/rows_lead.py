"""Rows of a lead's pages: what they see of their own teams, HR of all, and nobody else."""

from datetime import UTC, datetime

from tests.service.walls.row import A_PERSON_IS_NEEDED, HIS_PROJECT, LEADS, OFFICE, get, page

VIEWERS = {"lead", "hr", "administrator"}
# A lead of others is told that there is no such team; whoever leads nobody, that the page is not for them.
OF_HIS_TEAM = {"may": VIEWERS, "told": dict.fromkeys(LEADS - {"lead"}, 404), "foreign": 404}


def his_team(ids):
    return {"team": ids["team"]}


def talked_today(_):
    return {"held_on": f"{datetime.now(UTC):%Y-%m-%d}"}


ROWS = [
    get("/team", query=his_team, **OF_HIS_TEAM, lists=("person", VIEWERS)),
    get("/team/unseen", query=his_team, **OF_HIS_TEAM),
    get("/team/talks", query=his_team, **OF_HIS_TEAM, lists=("person", {"lead"})),
    get("/team/satisfaction", query=his_team, **OF_HIS_TEAM),
    get("/team/unheard", query=his_team, **OF_HIS_TEAM),
    get("/team/care", query=his_team, **OF_HIS_TEAM, fresh="task", lists=("task", {"lead", "administrator"})),
    get("/team/help", may=LEADS | {"hr", "administrator"}),
    get("/team/projects/{project_id:uuid}", **OF_HIS_TEAM),
    get("/team/people/{person_id:uuid}", may={"self", "lead"} | OFFICE, no=404, foreign=404),
    page(
        "/team/people/{person_id:uuid}/talks",
        talked_today,
        may={"lead"},
        no=404,
        told=A_PERSON_IS_NEEDED,
        foreign=404,
    ),
    page("/team/talks/{talk_id:uuid}/undo", may={"lead"}, no=404, told=A_PERSON_IS_NEEDED, foreign=404, fresh="talk"),
    page(
        "/team/unheard/{project_id:uuid}/ask",
        lambda ids: {"contact_id": ids["contact"]},
        may=VIEWERS,
        foreign=404,
        visible=True,
        fresh="contact",
    ),
    *(
        page(
            f"/team/projects/{{project_id:uuid}}/{link}",
            lambda ids: {"key": ids["key"], "contact_id": ids["contact"]},
            may={"hr", "administrator"},
            ok=200,
            foreign=404,
            fresh="contact",
        )
        for link in ("link", "page-link")
    ),
    page(
        "/team/projects/{project_id:uuid}/openings",
        lambda ids: {"contact_id": ids["contact"]},
        may=HIS_PROJECT,
        foreign=404,
        visible=True,
        fresh="contact",
    ),
    page(
        "/team/projects/{project_id:uuid}/openings/{opening_id:uuid}/close",
        may=HIS_PROJECT,
        foreign=404,
        visible=True,
        fresh="opening",
    ),
    page(
        "/team/projects/{project_id:uuid}/openings/{opening_id:uuid}/reopen",
        may=HIS_PROJECT,
        foreign=404,
        visible=True,
        fresh="opening",
    ),
    page(
        "/team/care/{task_id:uuid}/done",
        lambda _: {"outcome": "well"},
        may={"self"} | HIS_PROJECT,
        foreign=404,
        visible=True,
        guarded=False,
        fresh="task",
    ),
    # It was not made yet, so whoever may take it back is told that there is nothing to take back.
    page(
        "/team/care/{task_id:uuid}/undo",
        may={"self"} | HIS_PROJECT,
        ok=409,
        foreign=404,
        visible=True,
        guarded=False,
        fresh="task",
    ),
]
