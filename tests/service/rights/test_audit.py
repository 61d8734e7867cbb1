"""Whoever looks at another's confidential data is written down first; the log only grows; each sees who looked."""

import csv

import asyncpg
import pytest

from service.base import db

LOOKS = "/api/me/looks"


async def rows(pool, cast):
    async with db.tenant(pool, cast.organization_id) as tx:
        found = await tx.fetch("select role, action, subject_id, purpose, actor_id from audit order by at, id")
    return [tuple(row) for row in found]


@pytest.mark.parametrize(
    ("who", "purpose"),
    [
        (("ada", "lead"), "leading"),
        (("ada", "employee"), "leading"),
        (("cleo", "hr"), "personnel"),
        (("cleo", "administrator"), "administration"),
        ((None, "service"), "integration"),
    ],
    ids=str,
)
async def test_who_looks_at_a_standing_is_written_down_with_why(api, worker_pool, north, who, purpose):
    answer = await (await api(north, *who)).get(f"/api/people/{north.ben}/standing")
    assert answer.status_code == 200
    person, role = who
    actor = north.people[person] if person else None
    assert await rows(worker_pool, north) == [(role, "view_standing", north.ben, purpose, actor)]


async def test_a_purpose_can_be_told_and_no_other_than_those_there_are(api, worker_pool, north):
    hr = await api(north, "cleo", "hr")
    await hr.get(f"/api/people/{north.ben}/standing", params={"purpose": "contest"})
    assert [row[3] for row in await rows(worker_pool, north)] == ["contest"]
    refused = await hr.get(f"/api/people/{north.ben}/standing", params={"purpose": "curiosity"})
    assert refused.status_code == 400
    assert len(await rows(worker_pool, north)) == 1


async def test_looking_at_oneself_and_being_refused_leave_no_row(api, worker_pool, north):
    assert (await (await api(north, "ben")).get(f"/api/people/{north.ben}/standing")).status_code == 200
    assert (await (await api(north, "ben")).get(f"/api/people/{north.ada}/standing")).status_code == 404
    assert (await (await api(north, "ben")).get("/api/boards")).status_code == 200
    assert await rows(worker_pool, north) == []


async def test_what_cannot_be_written_down_is_not_shown(api, database_url, north):
    hr = await api(north, "cleo", "hr")
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute(
            f"alter table audit add constraint full_disk check (organization_id <> '{north.organization_id}') not valid"
        )
        answer = await hr.get(f"/api/people/{north.ben}/standing")
    finally:
        await owner.execute("alter table audit drop constraint full_disk")
        await owner.close()
    assert answer.status_code == 500
    assert "Ben" not in answer.text


async def test_a_person_sees_in_which_role_and_why_but_not_who(api, north):
    for who, role in (("ada", "lead"), ("cleo", "hr")):
        await (await api(north, who, role)).get(f"/api/people/{north.ben}/standing")
    looks = (await (await api(north, "ben")).get(LOOKS)).json()["items"]
    assert [(one["role"], one["purpose"], one["action"]) for one in looks] == [
        ("hr", "personnel", "view_standing"),
        ("lead", "leading", "view_standing"),
    ]
    assert str(north.cleo) not in str(looks)
    assert (await (await api(north, "ada")).get(LOOKS)).json()["items"] == []


async def test_an_export_of_everything_is_a_look_at_everybody(api, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(
            "insert into audit (role, action, purpose, detail) values ('operator', 'export', 'operation', 'to /x')"
        )
    (look,) = (await (await api(north, "ben")).get(LOOKS)).json()["items"]
    assert (look["role"], look["action"], "detail" in look) == ("operator", "export", False)


async def test_hr_lists_and_exports_the_log_and_the_export_is_in_it(api, north):
    await (await api(north, "ada", "lead")).get(f"/api/people/{north.ben}/standing")
    hr = await api(north, "cleo", "hr")
    assert [one["action"] for one in (await hr.get("/api/audit")).json()["items"]] == ["view_standing"]
    exported = await hr.get("/api/audit/export")
    assert exported.headers["content-type"].startswith("text/csv")
    header, *lines = csv.reader(exported.text.splitlines())
    assert header[:6] == ["id", "at", "actor_id", "role", "action", "subject_id"]
    assert [line[4] for line in lines] == ["export_audit", "view_standing"]


async def test_a_cell_of_the_export_is_never_a_formula(api, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into audit (role, action, detail) values ('operator', 'import', '=1+1')")
    exported = await (await api(north, "cleo", "hr")).get("/api/audit/export")
    assert [line[7] for line in csv.reader(exported.text.splitlines())] == ["detail", "", "'=1+1"]


@pytest.mark.parametrize("path", ["/api/audit", "/api/audit/export"])
@pytest.mark.parametrize(("who", "role"), [("ben", "employee"), ("ada", "lead"), ("cleo", "administrator")])
async def test_the_log_is_hrs_alone(api, north, path, who, role):
    assert (await (await api(north, who, role)).get(path)).status_code == 403


async def test_the_web_reads_no_row_of_the_log_but_what_it_was_opened_for(web_pool, worker_pool, north):
    insert = "insert into audit (actor_id, role, action, subject_id) values ($1, 'hr', 'view_standing', $2)"
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for subject in (north.ben, north.ada, north.ada):
            await tx.execute(insert, north.cleo, subject)
    seen = []
    for opened in (None, ("app.audit_of", str(north.ben)), ("app.audit_of_all", "yes")):
        async with db.tenant(web_pool, north.organization_id) as tx:
            if opened:
                await tx.execute("select set_config($1, $2, true)", *opened)
            seen.append(await tx.fetchval("select count(*) from audit"))
    assert seen == [0, 1, 3]


async def test_the_log_only_grows(web_pool, worker_pool, north):
    for pool in (web_pool, worker_pool):
        async with db.tenant(pool, north.organization_id) as tx:
            for right in ("update", "delete", "truncate"):
                assert await tx.fetchval("select has_table_privilege('audit', $1)", right) is False
