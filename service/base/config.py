"""Settings, read once from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from service.base.errors import Invalid

PREFIX = "TALKOOT_"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an installation can set.

    Each field is read from the environment variable ``TALKOOT_<FIELD>``; see README.md for the list.
    """

    # An own PostgreSQL (>= 15); without it an embedded one is started.
    database_url: Annotated[str, Meta(pattern="^postgres(ql)?://")] | None = None
    data: Path | None = None  # where the embedded PostgreSQL keeps its data
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8321
    url: str | None = None  # the address people use, where a proxy stands in front; https turns on __Host- cookies
    demo: bool = False  # example people may be chosen at sign-in
    pool_size: Annotated[int, Meta(ge=1)] = 10  # database connections of this process's web side
    statement_seconds: Annotated[float, Meta(gt=0)] = 10.0  # longest statement a web request may run
    smtp_url: Annotated[str, Meta(pattern="^smtps?://[^/]")] | None = None  # for mails; its password is part of it
    mail_from: Annotated[str, Meta(pattern="^[^@\\s]+@[^@\\s]+$")] | None = None  # who mails are from
    # Seals what the database must not be able to read; one key or several, the newest first, with spaces between.
    secret: Annotated[str, Meta(pattern="^\\S{32,}( \\S{32,})*$")] | None = None
    body_bytes: Annotated[int, Meta(ge=1)] = 1_000_000  # largest request body


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from ``TALKOOT_*`` variables.

    Raises
    ------
    Invalid : a value does not fit its setting; the message names the setting, not the value, which may be secret.
    """
    names = {f"{PREFIX}{field.upper()}": field for field in Settings.__struct_fields__}
    given = {field: environ[name] for name, field in names.items() if environ.get(name)}
    try:
        return msgspec.convert(given, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as wrong:
        expected, _, field = str(wrong).rstrip("`").partition(" - at `$.")
        raise Invalid(f"{PREFIX}{field.upper()}: {expected[0].lower()}{expected[1:]}", setting=field) from wrong


def _path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value)).expanduser()
    raise TypeError(f"no way to read a {kind.__name__} from the environment")


def address_of(settings: Settings) -> str:
    """Return the address people use, without a slash at its end; never what a request says, for anybody can say it."""
    return (settings.url or f"http://{settings.host}:{settings.port}").rstrip("/")
