"""Customers, contacts and signals over HTTP."""

from uuid import UUID

from litestar import Router, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from service.base import db
from service.base.access import administration
from service.base.paging import BY_CUSTOMER, BY_NAME, LIMIT, NEWEST
from service.base.web import After, Cut, Limit, Me, Page, Tx, page
from service.customers import actions
from service.customers.actions import sql
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


@get("/customers")
async def list_customers(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Customer]:
    """All customers and partners, by name."""
    return await page(tx, sql.customers, Customer, Cut(after, limit, BY_NAME))


@get("/customers/{customer_id:uuid}")
async def show_customer(customer_id: FromPath[UUID], tx: Tx) -> Customer:
    """One customer."""
    return await db.one(tx, sql.customer, Customer, id=customer_id)


@post("/customers", guards=[administration])
async def add_customer(data: JSONBody[NewCustomer], tx: Tx) -> Customer:
    """Add a customer or partner."""
    return await actions.add_customer(tx, data)


@patch("/customers/{customer_id:uuid}", guards=[administration])
async def change_customer(customer_id: FromPath[UUID], data: JSONBody[CustomerChange], tx: Tx) -> Customer:
    """Edit a customer."""
    return await actions.change_customer(tx, customer_id, data)


@get("/contacts")
async def list_contacts(
    tx: Tx, customer_id: FromQuery[UUID | None] = None, after: After = None, limit: Limit = LIMIT
) -> Page[Contact]:
    """People at customers, customer by customer."""
    return await page(tx, sql.contacts, Contact, Cut(after, limit, BY_CUSTOMER), customer_id=customer_id)


@get("/contacts/{contact_id:uuid}")
async def show_contact(contact_id: FromPath[UUID], tx: Tx) -> Contact:
    """One contact."""
    return await db.one(tx, sql.contact, Contact, id=contact_id)


@post("/contacts", guards=[administration])
async def add_contact(data: JSONBody[NewContact], tx: Tx) -> Contact:
    """Add somebody at a customer."""
    return await actions.add_contact(tx, data)


@patch("/contacts/{contact_id:uuid}", guards=[administration])
async def change_contact(contact_id: FromPath[UUID], data: JSONBody[ContactChange], tx: Tx) -> Contact:
    """Edit a contact."""
    return await actions.change_contact(tx, contact_id, data)


@post("/projects/{project_id:uuid}/signals")
async def record_signal(project_id: FromPath[UUID], data: JSONBody[NewSignal], tx: Tx, me: Me) -> Response:
    """Record what a customer let us learn about a project."""
    return await actions.hear(tx, me, project_id, data)


@get("/projects/{project_id:uuid}/signals")
async def list_signals(project_id: FromPath[UUID], tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Signal]:
    """List what customers let us learn about a project, newest first."""
    await db.one(tx, sql.project_there, UUID, id=project_id)
    return await page(tx, sql.signals_of, Signal, Cut(after, limit, NEWEST), project_id=project_id)


router = Router(
    "/",
    route_handlers=[
        list_customers, show_customer, add_customer, change_customer,
        list_contacts, show_contact, add_contact, change_contact,
        record_signal, list_signals,
    ],
    tags=["customers"],
)  # fmt: skip
