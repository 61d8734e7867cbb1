"""What the rows of the matrix ask for, made anew for one request where asking uses it up or changes it."""

from itertools import count
from uuid import UUID

import msgspec

from scoring import policies
from scoring.policy import Policy, Reference, digest
from service.auth import actions as auth
from service.auth.model import NewToken
from service.base import clock, db
from service.base.access import Role
from service.flows import contact_mail
from service.flows.surveys import new_link

CONTACT = "insert into contact (customer_id, name) values ($1, 'New') returning id"
KUDOS = "insert into kudos (giver_id, receiver_id, message) values ($1, $2, 'Thank you') returning id"
TASK = "insert into care_task (project_id, owner_id, kind, due_at) values ($1, $2, '3m', now()) returning id"
DONE = "update slot set state = 'done' where state = 'due'"
CLOSED = "update feedback_round set closed_at = greatest(opened_at, now()) where closed_at is null or closed_at > now()"
ROUND = """
insert into feedback_round (opened_at, closed_at, closes_on, asks_per_person, most_reminders, k, warned, drawn_at)
values (now() - interval '1 h', now() + interval '14 d', current_date + 14, 5, 2, 5, true, now())
returning id
"""
ASK = "insert into ask (round_id, giver_id, receiver_id) values ($1, $2, $3) returning id"
WORDS = "insert into feedback_comment (round_id, receiver_id, comment) values ($1, $2, 'Clear words') returning id"
HIDE = "insert into retraction (kudos_id, reason, by_id) values ($1, 'hidden', $2)"
SESSION = """
insert into credential (kind, hash, person_id, role, expires_at)
values ('session', sha256(gen_random_uuid()::text::bytea), $1, 'employee', now() + interval '1 h') returning id
"""
CONTEST = """
insert into contest (kudos_id, person_id, reviewer_id, words, due_at)
values ($1, $2, $3, 'It was not me', now() + interval '14 d')
returning id
"""
SURVEY = "insert into survey (project_id, contact_id) values ($1, $2) returning id"
PERSON = "insert into person (name) values ($1) returning id"
MEMBER = """
insert into team_member (team_id, person_id, role, from_at) values ($1, $2, 'member', now() - interval '9 days')
returning id
"""
WAY = """
insert into way_back (by_id, kind, subject_id, thing_id, before, after)
select coalesce(
        (select person_id from credential where role = 'administrator' and person_id is not null limit 1), p.id),
    'person', p.id, p.id, became, became
from person as p
cross join lateral (
    select jsonb_build_object('id', p.id, 'external_id', p.external_id, 'name', p.name, 'email', p.email,
        'title', p.title, 'role', p.role, 'joined_at', null, 'left_at', null, 'language', null)) as made (became)
where p.id = $1
returning id
"""
ROLE = "insert into role_grant (person_id, role) values ($1, 'hr') returning id"
PROVIDER = """
insert into sign_in_setting (issuer, client_id) values ('https://login.example', 'talkoot') on conflict do nothing
"""
# The web alone opens projects and writes notes, these as their author.
OPENS = "insert into project_opening (project_id, contact_id) values ($1, $2) returning id"
AUTHOR = "select set_config('app.person_id', $1::uuid::text, true)"
TALK = "insert into talk (lead_id, person_id, held_on) values ($1, $2, current_date - $3::integer) returning id"
HIS_LEAD = """
select person_id from team_member where team_id = $1 and role = 'lead' and to_at is null order by from_at nulls first
"""  # the first of them: rows let others lead, too
NOTE = "insert into note (author_id, receiver_id, message) values ($1, $2, 'Well explained') returning id"
REFERENCE = Reference(dimensions=("care",), mean=(0.0,), sd=(1.0,), correlation=((1.0,),))
days = count(1)  # ago
EXPORT = "insert into export_job (what, format, purpose) values ('people', 'csv', 'personnel') returning id"
UPLOAD = "insert into import_upload (content, state, told) values ('x', 'checked', '{}') returning id"
NO_MOVES = {"levels_changed": 0, "levels": [], "largest": [], "standing": [], "boards": []}


async def contact(tx, ids):
    """Somebody at the customer."""
    return await tx.fetchval(CONTACT, ids["customer"])


async def kudos(tx, ids):
    """Thanks for Ben."""
    return await tx.fetchval(KUDOS, ids["colleague"], ids["person"])


async def task(tx, ids):
    """A contact after a deal that Ben is to make."""
    return await tx.fetchval(TASK, ids["project"], ids["person"])


async def a_round(tx, _):
    """A round that is open: the only one, as everywhere."""
    await tx.execute(CLOSED)
    return await tx.fetchval(ROUND)


async def ask(tx, ids):
    """Ask Ben about a colleague, in a round that is open."""
    return await tx.fetchval(ASK, await a_round(tx, ids), ids["person"], ids["colleague"])


async def words(tx, ids):
    """Words for Ben of a round that has closed."""
    round_id = await a_round(tx, ids)
    await tx.execute(CLOSED)
    return await tx.fetchval(WORDS, round_id, ids["person"])


async def note(tx, ids):
    """A note of a colleague to Ben."""
    await tx.execute(AUTHOR, ids["colleague"])
    return await tx.fetchval(NOTE, ids["colleague"], ids["person"])


async def talk(tx, ids):
    """A talk that Ben's lead recorded; each on a day of its own."""
    lead_id = await tx.fetchval(HIS_LEAD, ids["team"])
    await tx.execute(AUTHOR, lead_id)
    return await tx.fetchval(TALK, lead_id, ids["person"], next(days))


async def contest(tx, ids):
    """Thanks that Ben contests, and who is to decide."""
    return await tx.fetchval(CONTEST, await kudos(tx, ids), ids["person"], ids["reviewer"])


async def survey(tx, ids):
    """A survey that somebody at the customer has not answered yet."""
    return await tx.fetchval(SURVEY, ids["project"], await contact(tx, ids))


async def question(tx, ids):
    """Return the secret of a survey's link."""
    link = await new_link(tx, await survey(tx, ids), "https://talkoot.example")
    return link.url.rpartition("/")[2]


async def contacts_page(tx, ids):
    """Return the secret of the link to a contact's own page."""
    link = await contact_mail.new_link(tx, await contact(tx, ids), None, "https://talkoot.example")
    return link.url.rpartition("/")[2]


async def way_in(tx, ids):
    """Return the secret of a link that signs Ben in."""
    return await auth.create_sign_in_link(tx, ids["person"])


async def token(tx, _):
    """A token of a program."""
    return (await auth.make_token(tx, NewToken(role=Role.SERVICE)))[0]


async def opening(tx, ids):
    """Open Ben's project to somebody else at the customer."""
    return await tx.fetchval(OPENS, ids["project"], await contact(tx, ids))


async def role(tx, _):
    """Make somebody HR."""
    return await tx.fetchval(ROLE, await tx.fetchval(PERSON, "Granted"))


async def preview(tx, _):
    """Look at another policy, as the worker does, against the version in force."""
    against, other = await policies.in_force(tx), Policy(k=6)
    given = {"policy": msgspec.to_builtins(other), "hash": digest(other), "against_id": against.id}
    preview_id = await db.one(tx, policies.sql.insert_preview, UUID, asked_by_id=None, **given)
    found = {"result": NO_MOVES, "reference": msgspec.to_builtins(REFERENCE)}
    await db.run(tx, policies.sql.insert_result, id=preview_id, as_of=clock.now(), **found)
    return preview_id


async def export(tx, _):
    """An export that somebody asked for."""
    return await tx.fetchval(EXPORT)


async def upload(tx, _):
    """A folder that was uploaded and tried out."""
    return await tx.fetchval(UPLOAD)


async def person(tx, _):
    """Somebody who may be changed."""
    return await tx.fetchval(PERSON, "Another")


async def team_member(tx, ids):
    """Somebody of Ben's team who may be changed."""
    return await tx.fetchval(MEMBER, ids["team"], await tx.fetchval(PERSON, "Another"))


async def way_back(tx, _):
    """A change that the administrator may undo; before that one has a token, anybody's."""
    return await tx.fetchval(WAY, await tx.fetchval(PERSON, "Changed"))


async def nothing_due(tx, _):
    """Let no run or preview wait."""
    await tx.execute(DONE)


async def no_round(tx, _):
    """Let no round be open."""
    await tx.execute(CLOSED)


async def provider(tx, _):
    """Let people sign in elsewhere."""
    await tx.execute(PROVIDER)


async def hidden(tx, ids):
    """Thanks that their receiver hid."""
    kudos_id = await kudos(tx, ids)
    await tx.execute(HIDE, kudos_id, ids["person"])
    return kudos_id


async def session(tx, ids):
    """A browser in which Ben is signed in; nobody has its secret."""
    return await tx.fetchval(SESSION, ids["person"])


TARGETS = {
    "hidden": hidden,
    "session": session,
    "contact": contact,
    "kudos": kudos,
    "task": task,
    "round": a_round,
    "ask": ask,
    "words": words,
    "contest": contest,
    "survey": survey,
    "question": question,
    "contact's page": contacts_page,
    "way in": way_in,
    "token": token,
    "role": role,
    "preview": preview,
    "export": export,
    "person": person,
    "team_member": team_member,
}
BY_THE_WEB = {"upload": upload, "note": note, "opening": opening, "talk": talk, "way_back": way_back}
EVERYWHERE = {"run": nothing_due, "no round": no_round, "provider": provider}  # in both organizations
