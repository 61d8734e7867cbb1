"""How an organization's people sign in, and what is known while one of them does."""

from typing import Annotated, NoReturn
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import structlog
from msgspec import Meta

from service.base.border import Input
from service.base.errors import AppError, Busy, Invalid

log = structlog.get_logger()

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Issuer = Annotated[str, Meta(min_length=1, max_length=500)]
Given = Annotated[str, Meta(min_length=1, max_length=320)]


class SignInFailed(AppError):
    """The provider's answer does not prove who this is; the log names the check, the caller learns nothing of it."""

    code = "sign_in_failed"
    status = 403


class TooOften(Busy):
    """One client tried too often to sign in."""

    code = "too_often"
    status = 429


class ProviderAway(Busy):
    """The organization's sign-in service does not answer in time, or not as it should."""

    code = "provider_away"


class NewSetting(Input, kw_only=True):
    """An organization's provider; what the client secret leaves out stays as it is."""

    issuer: Issuer
    client_id: Annotated[str, Meta(min_length=1, max_length=500)]
    client_secret: Annotated[str, Meta(min_length=1, max_length=1000)] | msgspec.UnsetType | None = msgspec.UNSET


class SettingView(msgspec.Struct, frozen=True):
    """An organization's provider without its client secret."""

    issuer: str
    client_id: str
    has_client_secret: bool
    domains: list[str]


class Setting(msgspec.Struct, frozen=True):
    """An organization's provider, for talking to it."""

    issuer: str
    client_id: str
    client_secret: str | None
    domains: list[str]

    def __repr__(self) -> str:
        """Show nothing secret, wherever this is printed or logged."""
        return f"Setting({self.issuer!r}, {self.client_id!r})"


class Door(msgspec.Struct, frozen=True):
    """Where somebody may sign in: at an organization's provider or, with a person, by a link."""

    organization_id: UUID
    person_id: UUID | None


class Flow(msgspec.Struct, frozen=True):
    """A sign-in under way."""

    browser_hash: bytes
    issuer: str
    next: str


class Proved(msgspec.Struct, frozen=True):
    """Who the provider says this is."""

    issuer: str
    subject: str
    email: str | None  # in small letters; empty where the provider does not call it verified


def checked_issuer(issuer: str, *, loopback: bool = False) -> str:
    """Return an issuer that may be asked: https, no query; plain http only on this machine, where `loopback` says so.

    Raises
    ------
    Invalid : it is none of these.
    """
    if not safe_address(issuer, loopback=loopback) or "?" in issuer or "#" in issuer:
        raise Invalid(
            "the issuer is an https address without query, as the provider's own settings show it", field="issuer"
        )
    return issuer


def safe_address(address: str, *, loopback: bool) -> bool:
    """Tell whether something secret may be sent to an address."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or not address.isprintable() or " " in address:
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and host in LOOPBACK)


def refuse(check: str) -> NoReturn:
    """Refuse a sign-in: the log names the check that failed and nothing else, the person learns only that it did.

    Raises
    ------
    SignInFailed : always.
    """
    log.warning("sign_in_refused", check=check)
    raise SignInFailed("this sign-in could not be confirmed; begin again")
