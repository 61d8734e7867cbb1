"""A person contests what is said of them; somebody who does not lead them decides, with reasons, by a deadline."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from scoring.evidence import read_frames
from scoring.exchange.columns import LATEST
from service.base import db
from tests.scoring import handmade
from tests.scoring.handmade import published

OVERDUE = "update contest set due_at = now() - interval '1 minute' where organization_id = $1"
UPHELD = {"decision": "upheld", "reasons": "It was about somebody else."}


@pytest.fixture
async def scored(worker_pool, north):
    """North, published, with Hugo; Cleo was granted HR."""
    await published(worker_pool, north.organization_id, handmade.about(3))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        hugo = await tx.fetchval("insert into person (name) values ('Hugo') returning id")
        await tx.execute("insert into role_grant (person_id, role) values ($1, 'hr')", north.cleo)
    return replace(north, people={**north.people, "hugo": hugo})


@pytest.fixture
async def thanks(api, scored):
    """Thanks from Ada to Ben, which Ben will contest; their id."""
    given = await (await api(scored, "ada")).post(
        "/api/kudos", json={"receiver_id": str(scored.ben), "message": "For X."}
    )
    return given.json()["id"]


async def opened(api, cast, **what):
    answer = await (await api(cast, "ben")).post("/api/contests", json={"words": "That was not me.", **what})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_score_is_contested_and_marked_for_all_who_see_it(api, scored):
    contest = await opened(api, scored, dimension="quality")
    assert (contest["about"], contest["decision"], contest["overdue"]) == ("score", None, False)
    due = datetime.fromisoformat(contest["due_at"]) - datetime.now(UTC)
    assert timedelta(days=13, hours=23) < due <= timedelta(days=14)
    for who, role in (("ben", "employee"), ("ada", "lead"), ("cleo", "hr")):
        standing = (await (await api(scored, who, role)).get(f"/api/people/{scored.ben}/standing")).json()
        assert standing["contested"] == ["quality"]
    assert (await (await api(scored, "ben")).get("/api/me/contests")).json()["items"] == [contest]


async def test_a_contest_is_taken_back_until_it_is_decided_and_may_be_opened_anew(api, scored):
    ben, hr = await api(scored, "ben"), await api(scored, "cleo", "hr")
    first = f"/api/contests/{(await opened(api, scored, dimension='quality'))['id']}"
    back = (await ben.post(f"{first}/withdrawal")).json()
    assert (back["decision"], back["decided_at"] is not None) == ("withdrawn", True)
    assert (await hr.get("/api/contests")).json()["items"] == []
    assert (await hr.post(f"{first}/decision", json=UPHELD)).status_code == 409
    assert (await ben.post(f"{first}/withdrawal")).status_code == 409
    assert (await ben.get(f"/api/people/{scored.ben}/standing")).json()["contested"] == []
    second = f"/api/contests/{(await opened(api, scored, dimension='quality'))['id']}"
    assert (await hr.post(f"{second}/decision", json=UPHELD)).status_code == 200
    assert (await ben.post(f"{second}/withdrawal")).status_code == 409


async def test_evidence_is_contested_and_marked_where_it_is_listed(api, scored, thanks):
    await opened(api, scored, evidence="kudos", evidence_id=thanks)
    listed = (await (await api(scored, "cleo")).get("/api/kudos")).json()["items"]
    assert [one["contested"] for one in listed] == [True]


async def test_upheld_evidence_counts_no_more_and_its_person_is_told(api, worker_pool, scored, thanks):
    contest = await opened(api, scored, evidence="kudos", evidence_id=thanks)
    hr = await api(scored, "cleo", "hr")
    decided = await hr.post(f"/api/contests/{contest['id']}/decision", json=UPHELD)
    assert (decided.status_code, decided.json()["decision"]) == (200, "upheld")
    async with db.tenant(worker_pool, scored.organization_id, readonly=True) as tx:
        frames = await read_frames(tx, datetime.fromisoformat(LATEST), words=False)
        log = await tx.fetch("select action, subject_id, purpose from audit")
        events = await tx.fetch(
            "select kind from event where kind like 'contest%' or kind = 'evidence_retracted' order by id"
        )
    assert frames["retractions"].select("file", "reason").rows() == [("kudos", "contested")]
    assert [tuple(row) for row in log] == [("decide_contest", scored.ben, "contest")]
    assert [row[0] for row in events] == ["contest_opened", "contest_decided", "evidence_retracted"]
    (told,) = (await (await api(scored, "ben")).get("/api/me/contests")).json()["items"]
    assert (told["decision"], told["reasons"]) == (UPHELD["decision"], UPHELD["reasons"])
    assert (await (await api(scored, "cleo")).get("/api/kudos")).json()["items"] == []


async def test_rejected_evidence_goes_on_counting(api, worker_pool, scored, thanks):
    contest = await opened(api, scored, evidence="kudos", evidence_id=thanks)
    rejected = {"decision": "rejected", "reasons": "It was you."}
    await (await api(scored, "cleo", "hr")).post(f"/api/contests/{contest['id']}/decision", json=rejected)
    async with db.tenant(worker_pool, scored.organization_id) as tx:
        assert await tx.fetchval("select count(*) from retraction") == 0
    assert [one["contested"] for one in (await (await api(scored, "ben")).get("/api/kudos")).json()["items"]] == [False]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (("ben", "hr"), 403),  # the person, even in HR
        (("ada", "hr"), 403),  # their lead, even in HR
        (("ada", "lead"), 404),
        (("hugo", "employee"), 404),
        (("hugo", "administrator"), 404),
        (("hugo", "hr"), 200),
    ],
    ids=str,
)
async def test_the_person_and_their_lead_never_decide(api, scored, who, status):
    contest = await opened(api, scored, dimension="quality")
    answer = await (await api(scored, *who)).post(f"/api/contests/{contest['id']}/decision", json=UPHELD)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "not_the_reviewer"


async def test_hr_names_a_reviewer_who_then_decides(api, scored):
    contest = await opened(api, scored, dimension="quality")
    path, hr, hugo = f"/api/contests/{contest['id']}", await api(scored, "cleo", "hr"), await api(scored, "hugo")
    assert (await hugo.get(path)).status_code == 404
    assert (await hugo.get("/api/contests")).json()["items"] == []
    named = await hr.put(f"{path}/reviewer", json={"reviewer_id": str(scored.hugo)})
    assert named.json()["reviewer_id"] == str(scored.hugo)
    assert [one["id"] for one in (await hugo.get("/api/contests")).json()["items"]] == [contest["id"]]
    assert (await hugo.post(f"{path}/decision", json=UPHELD)).status_code == 200


@pytest.mark.parametrize("reviewer", ["ben", "ada"])
async def test_neither_the_person_nor_their_lead_can_be_named(api, scored, reviewer):
    contest = await opened(api, scored, dimension="quality")
    answer = await (await api(scored, "cleo", "hr")).put(
        f"/api/contests/{contest['id']}/reviewer", json={"reviewer_id": str(scored.people[reviewer])}
    )
    assert answer.json()["code"] == "not_the_reviewer"


async def test_who_leads_them_by_the_time_of_the_decision_decides_no_more(api, worker_pool, scored):
    contest = await opened(api, scored, dimension="quality")
    await (await api(scored, "cleo", "hr")).put(
        f"/api/contests/{contest['id']}/reviewer", json={"reviewer_id": str(scored.hugo)}
    )
    async with db.tenant(worker_pool, scored.organization_id) as tx:
        await tx.execute("update team_member set person_id = $1 where role = 'lead'", scored.hugo)
    answer = await (await api(scored, "hugo")).post(f"/api/contests/{contest['id']}/decision", json=UPHELD)
    assert answer.status_code == 404


async def test_what_is_overdue_is_listed(api, database_url, scored):
    hr, contest = await api(scored, "cleo", "hr"), await opened(api, scored, dimension="quality")
    assert (await hr.get("/api/contests", params={"overdue": True})).json()["items"] == []
    owner = await asyncpg.connect(database_url)  # nobody else may move a deadline
    await owner.execute(OVERDUE, scored.organization_id)
    await owner.close()
    (waiting,) = (await hr.get("/api/contests", params={"overdue": True})).json()["items"]
    assert (waiting["id"], waiting["overdue"], waiting["person"]) == (contest["id"], True, "Ben")
    assert "words" not in waiting


async def test_reading_anothers_contest_is_written_down(api, scored):
    contest = await opened(api, scored, dimension="quality")
    read = await (await api(scored, "cleo", "hr")).get(f"/api/contests/{contest['id']}")
    assert read.json()["words"] == "That was not me."
    (look,) = (await (await api(scored, "ben")).get("/api/me/looks")).json()["items"]
    assert (look["role"], look["action"], look["purpose"]) == ("hr", "view_contest", "contest")


async def test_the_reviewer_reads_the_words_contested_and_their_person_is_not_told_them_anew(api, scored, thanks):
    contest = await opened(api, scored, evidence="kudos", evidence_id=thanks)
    path = f"/api/contests/{contest['id']}"
    told = (await (await api(scored, "cleo", "hr")).get(path)).json()
    assert (told["person"], told["said"], told["said_by"]) == ("Ben", "For X.", "Ada")
    assert (await (await api(scored, "ben")).get(path)).json()["said"] is None
    (look,) = (await (await api(scored, "ben")).get("/api/me/looks")).json()["items"]
    assert (look["role"], look["action"]) == ("hr", "view_contest")


async def test_without_hr_an_administrator_decides_who_is_neither_the_person_nor_their_lead(api, worker_pool, scored):
    contest = await opened(api, scored, dimension="quality")
    path = f"/api/contests/{contest['id']}"
    ada, ben, hugo = [await api(scored, who, "administrator") for who in ("ada", "ben", "hugo")]
    names = {"reviewer_id": str(scored.cleo)}
    assert [(await one.get("/api/contests")).json()["items"] for one in (ada, ben, hugo)] == [[], [], []]
    assert [(await one.put(f"{path}/reviewer", json=names)).status_code for one in (ada, ben, hugo)] == [404, 403, 404]
    async with db.tenant(worker_pool, scored.organization_id) as tx:
        await tx.execute("update team_member set person_id = $1 where role = 'lead'", scored.cleo)  # HR leads Ben now
    waiting = [(await one.get("/api/contests")).json()["items"] for one in (ben, hugo)]
    assert [[one["id"] for one in items] for items in waiting] == [[], [contest["id"]]]
    assert [(await one.post(f"{path}/decision", json=UPHELD)).status_code for one in (ben, hugo)] == [403, 200]


async def test_a_decision_is_made_once(api, scored):
    contest = await opened(api, scored, dimension="quality")
    hr, path = await api(scored, "cleo", "hr"), f"/api/contests/{contest['id']}/decision"
    assert [(await hr.post(path, json=UPHELD)).status_code for _ in range(2)] == [200, 409]


async def test_one_thing_is_contested_once_at_a_time_and_again_after_a_decision(api, scored):
    ben, hr = await api(scored, "ben"), await api(scored, "cleo", "hr")
    new = {"dimension": "quality", "words": "Again."}
    first, second = [await ben.post("/api/contests", json=new) for _ in range(2)]
    assert (first.status_code, second.json()["code"]) == (201, "already_exists")
    await hr.post(f"/api/contests/{first.json()['id']}/decision", json=UPHELD)
    assert (await ben.post("/api/contests", json=new)).status_code == 201


@pytest.mark.parametrize(
    "what",
    [{}, {"dimension": "quality", "evidence": "kudos"}, {"evidence": "kudos"}, {"evidence": "rumour"},
     {"evidence_id": "00000000-0000-4000-8000-000000000000"}],
    ids=str,
)  # fmt: skip
async def test_a_contest_names_one_thing(api, scored, what):
    answer = await (await api(scored, "ben")).post("/api/contests", json={"words": "?", **what})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


async def test_what_is_about_another_or_not_there_looks_the_same(api, scored, thanks):
    cleo, refused = await api(scored, "cleo"), []
    for what in (
        {"evidence": "kudos", "evidence_id": thanks},
        {"evidence": "kudos", "evidence_id": "00000000-0000-4000-8000-000000000000"},
        {"dimension": "beauty"},
    ):
        answer = await cleo.post("/api/contests", json={"words": "?", **what})
        refused.append((answer.status_code, answer.json()))
    assert refused == [refused[0]] * 3
    assert refused[0][0] == 404


async def test_another_organization_sees_no_contest(api, scored, south):
    contest = await opened(api, scored, dimension="quality")
    dora = await api(south, "dora", "hr")
    assert (await dora.get(f"/api/contests/{contest['id']}")).status_code == 404
    assert (await dora.get("/api/contests")).json()["items"] == []


@pytest.mark.parametrize("kind", ["badge", "document", "handover", "care", "signal", "feedback"])
async def test_every_kind_of_evidence_can_be_contested_and_upheld(api, worker_pool, scored, kind):
    insert = {
        "badge": "insert into badge_grant (badge, receiver_id) values ('guide', $1)",
        "document": "insert into document (project_id, author_id, title) values ($2, $1, 'T')",
        "handover": "insert into handover (project_id, from_person_id, to_person_id) values ($2, $1, $3)",
        "care": "insert into care_task (project_id, owner_id, kind, due_at) values ($2, $1, '3m', now())",
        "signal": "insert into signal (project_id, kind, comment) select $2, 'call', 'C' where $1::uuid is not null",
        "feedback": "insert into feedback_answer (giver_id, receiver_id, criterion_id, rating) values ($3, $1, $2, 1)",
    }[kind]
    place = scored.criteria["leading"] if kind == "feedback" else scored.delivery
    given = [scored.ben, place, scored.ada][: insert.count("$")]
    async with db.tenant(worker_pool, scored.organization_id) as tx:
        evidence = await tx.fetchval(f"{insert} returning id", *given)
    contest = await opened(api, scored, evidence=kind, evidence_id=str(evidence))
    await (await api(scored, "cleo", "hr")).post(f"/api/contests/{contest['id']}/decision", json=UPHELD)
    async with db.tenant(worker_pool, scored.organization_id) as tx:
        column = f"{kind}_id"
        assert await tx.fetchval(f"select {column} from retraction where reason = 'contested'") == evidence  # noqa: S608


@pytest.mark.parametrize("kind", ["badge", "signal"])
async def test_badges_and_customers_answers_are_marked_where_they_are_listed(api, worker_pool, scored, kind):
    insert, about, path = {
        "badge": ("insert into badge_grant (badge, receiver_id) values ('guide', $1)", scored.ben,
                  f"/api/badges/grants?receiver_id={scored.ben}"),
        "signal": ("insert into signal (project_id, kind, comment) values ($1, 'call', 'C')", scored.delivery,
                   f"/api/projects/{scored.delivery}/signals"),
    }[kind]  # fmt: skip
    async with db.tenant(worker_pool, scored.organization_id) as tx:
        evidence = await tx.fetchval(f"{insert} returning id", about)
    marks = []
    for _ in range(2):
        listed = (await (await api(scored, "ada", "lead")).get(path)).json()["items"]
        marks.append([one["contested"] for one in listed])
        if not marks[1:]:
            await opened(api, scored, evidence=kind, evidence_id=str(evidence))
    assert marks == [[False], [True]]
