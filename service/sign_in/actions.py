"""Settings of a provider, sign-ins under way, and whose a proved address is."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import msgspec

from service.base import clock, db, sealing
from service.base.errors import Invalid, NotFound
from service.base.events import record
from service.sign_in.model import Door, Flow, NewSetting, Proved, Setting, SettingView, TooOften, refuse

sql = db.load(Path(__file__).with_name("queries.sql"))

NOBODY = UUID(int=0)  # where attempts are counted, which belong to no organization yet
WINDOW_MINUTES = 15
TRIES_OF_CLIENT = 60
TRIES_OF_ADDRESS = 3
MOST_DOMAINS = 20
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


class Greeting(msgspec.Struct, frozen=True):
    """For whom a link is, and where."""

    person: str
    language: str
    organization: str
    email: str | None


async def doors(pool: db.Pool, given: str) -> list[Door]:
    """Return where somebody may sign in who typed an organization's handle or an e-mail address."""
    given = given.strip().lower()
    domain = given.rpartition("@")[2] if "@" in given else None
    whose = {"handle": None if domain else given, "domain": domain, "address": given if domain else None}
    async with db.connection(pool) as conn:
        found = await db.many(conn, sql.doors, Door, **whose)
    providers = [door for door in found if door.person_id is None]
    homes = [door.organization_id for door in found]
    # An address that two people of one organization have opens for neither.
    return providers[:1] or [door for door in found if homes.count(door.organization_id) == 1]


async def try_once(pool: db.Pool, what: str, most: int) -> bool:
    """Count one more try of a client or an address; False after more than `most` in this quarter of an hour."""
    now = clock.now()
    since = datetime.fromtimestamp(now.timestamp() // (WINDOW_MINUTES * 60) * WINDOW_MINUTES * 60, UTC)
    key = sha256(what.lower().encode("utf-8", "surrogatepass")).digest()
    async with db.tenant(pool, NOBODY) as tx:
        return await db.one(tx, sql.try_once, int, key=key, since=since) <= most


async def let_try(pool: db.Pool, client: str) -> None:
    """Count a try of a client.

    Raises
    ------
    TooOften : it is one too many; across all processes, for they are counted in the database.
    """
    if not await try_once(pool, f"client {client}", TRIES_OF_CLIENT):
        raise TooOften("too many attempts to sign in; wait a while", retry_after_seconds=WINDOW_MINUTES * 60)


async def put_setting(tx: db.Connection, new: NewSetting) -> SettingView:
    """Set the organization's provider, whose issuer has been checked; a secret left out stays, for the same client."""
    keep = new.client_secret is msgspec.UNSET
    secret = sealing.seal(new.client_secret) if isinstance(new.client_secret, str) else None
    given = {"issuer": new.issuer, "client_id": new.client_id, "client_secret": secret, "keep": keep}
    await db.run(tx, sql.put_setting, **given)
    await record(tx, "sign_in_setting_changed", None)
    return await db.one(tx, sql.setting_view, SettingView)


async def put_domains(tx: db.Connection, domains: list[str]) -> None:
    """Set whose addresses belong to the organization; another one's are refused."""
    wanted = sorted({domain.strip().lower() for domain in domains if domain.strip()})
    if len(wanted) > MOST_DOMAINS or not all(DOMAIN.fullmatch(domain) for domain in wanted):
        raise Invalid(f"up to {MOST_DOMAINS} domains such as example.com", field="domain")
    await db.run(tx, sql.end_domains)
    await db.run(tx, sql.put_domains, domains=wanted)
    await record(tx, "sign_in_setting_changed", None)


async def end_setting(tx: db.Connection) -> None:
    """Let the organization's people sign in by e-mail again; its domains stay its own, and lead nowhere till then."""
    if not await db.run(tx, sql.end_setting):
        raise NotFound("your organization has no sign-in service set")
    await record(tx, "sign_in_setting_changed", None)


async def begin_flow(tx: db.Connection, credential_id: UUID, flow: Flow) -> None:
    """Note a sign-in that begins; its state is the credential."""
    given = {"browser_hash": flow.browser_hash, "issuer": flow.issuer, "next": flow.next}
    await db.run(tx, sql.begin_flow, credential_id=credential_id, **given)


async def person_of(tx: db.Connection, proved: Proved) -> UUID:
    """Return whom a proved account signs in: whom it is linked to, or else whose address it has, linked from now on.

    Raises
    ------
    SignInFailed : nobody who is here, or two, or somebody who is linked to another account of this provider.
    """
    whose = {"issuer": proved.issuer, "subject": proved.subject}
    linked = await db.maybe(tx, sql.linked, UUID, **whose)
    if linked is None:
        linked = await _link(tx, proved)
    if await db.maybe(tx, sql.is_here, bool, person_id=linked) is None:
        refuse("somebody who has left")
    return linked


async def _link(tx: db.Connection, proved: Proved) -> UUID:
    if proved.email is None:
        refuse("no verified address of the organization")
    people = await db.many(tx, sql.people_of, UUID, address=proved.email)
    if len(people) != 1:
        refuse(f"{len(people)} people with that address")
    if not await db.run(tx, sql.link, issuer=proved.issuer, subject=proved.subject, person_id=people[0]):
        refuse("linked to another account")
    await record(tx, "identity_linked", people[0])
    return people[0]


async def unlink(tx: db.Connection, person_id: UUID) -> None:
    """Forget which accounts somebody has; the next sign-in with their verified address links anew."""
    if not await db.run(tx, sql.unlink, person_id=person_id):
        raise NotFound("nobody of that name is linked to an account")
    await record(tx, "identity_unlinked", person_id)


async def setting(tx: db.Connection) -> Setting | None:
    """Return the organization's provider, its client secret opened, or None where people sign in by e-mail.

    Raises
    ------
    SignInFailed : the secret was sealed with a key that is not here any more.
    """
    found = await db.maybe(tx, sql.setting, Setting)
    if found is None or found.client_secret is None:
        return found
    try:
        return msgspec.structs.replace(found, client_secret=sealing.unseal(found.client_secret))
    except sealing.Unsealable:
        refuse("client secret sealed with another key")


async def reseal(tx: db.Connection) -> bool:
    """Seal the client secret with the newest key; whether there was one.

    Raises
    ------
    Unsealable : it was sealed with a key that is not here any more.
    """
    found = await db.maybe(tx, sql.setting, Setting)
    if found is None or found.client_secret is None:
        return False
    await db.run(tx, sql.reseal, client_secret=sealing.seal(sealing.unseal(found.client_secret)))
    return True
