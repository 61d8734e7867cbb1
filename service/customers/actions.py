"""Add and edit customers and contacts; record what customers let us learn."""

from pathlib import Path
from uuid import UUID, uuid4

from msgspec.structs import asdict

from service.base import clock, db
from service.base.access import Actor, Role
from service.base.changes import changed
from service.base.errors import Forbidden, Invalid
from service.base.events import record
from service.base.giving import moment_of
from service.customers.model import (
    Contact,
    ContactChange,
    Customer,
    CustomerChange,
    NewContact,
    NewCustomer,
    NewSignal,
    Response,
    Signal,
)  # fmt: skip

sql = db.load(Path(__file__).with_name("queries.sql"))

ANY_KIND = frozenset({Role.ADMINISTRATOR, Role.SERVICE})  # they bring in the customers' own answers
ANY_PROJECT = ANY_KIND | {Role.LEAD, Role.HR}


async def add_customer(tx: db.Connection, new: NewCustomer) -> Customer:
    """Add a customer."""
    customer = await db.one(tx, sql.insert_customer, Customer, **asdict(new))
    await record(tx, "customer_added", customer.id)
    return customer


async def change_customer(tx: db.Connection, customer_id: UUID, wanted: CustomerChange) -> Customer:
    """Edit a customer."""
    stored = changed(await db.one(tx, sql.customer_for_change, Customer, id=customer_id), wanted)
    customer = await db.one(tx, sql.update_customer, Customer, id=customer_id, name=stored.name, kind=stored.kind)
    await record(tx, "customer_changed", customer_id)
    return customer


async def add_contact(tx: db.Connection, new: NewContact) -> Contact:
    """Add somebody at a customer."""
    contact = await db.one(tx, sql.insert_contact, Contact, **asdict(new))
    await record(tx, "contact_added", contact.id)
    return contact


async def change_contact(tx: db.Connection, contact_id: UUID, wanted: ContactChange) -> Contact:
    """Edit a contact; they stay at their customer."""
    fields = asdict(changed(await db.one(tx, sql.contact_for_change, Contact, id=contact_id), wanted))
    del fields["external_id"], fields["customer_id"]
    contact = await db.one(tx, sql.update_contact, Contact, **fields)
    await record(tx, "contact_changed", contact_id)
    return contact


async def hear(tx: db.Connection, me: Actor, project_id: UUID, new: NewSignal) -> Response:
    """Record one response: a signal for each aspect, or one with words alone."""
    if not new.aspects() and new.words is None:
        raise Invalid("a signal has at least one aspect, or words", field="words")
    await db.one(tx, sql.project_there, UUID, id=project_id)
    await _allow(tx, me, project_id, new)
    return await store(tx, me, project_id, new)


async def store(tx: db.Connection, me: Actor | None, project_id: UUID, new: NewSignal) -> Response:
    """Write down a response that may be written down; `me` is None where the customer answers themself."""
    aspects, response = new.aspects(), str(uuid4())
    signals = await db.many(
        tx,
        sql.insert_signals,
        Signal,
        response=response,
        project_id=project_id,
        contact_id=new.contact_id,
        kind=new.kind,
        about=new.about,
        comment=new.words,
        recorded_by_id=me.person_id if me else None,
        at=moment_of(me, new.at) if me else clock.now(),
        aspects=list(aspects) or [None],
        amounts=list(aspects.values()) or [None],
    )
    await record(tx, "signal_recorded", project_id, response=response)
    return Response(response, signals)


async def _allow(tx: db.Connection, me: Actor, project_id: UUID, new: NewSignal) -> None:
    """Refuse what the caller cannot have learnt: others' projects, and the customers' own answers to a survey."""
    if new.kind == "survey" and me.role not in ANY_KIND:
        raise Forbidden(
            "a survey is answered by the customer; record what you heard as a call or a meeting", field="kind"
        )
    if me.role in ANY_PROJECT:
        return
    if not await db.one(tx, sql.took_part, bool, project_id=project_id, person_id=me.person_id):
        raise Forbidden("only who takes or took part in this project may record what its customer said")
