"""Settings, read once from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an installation can set.

    Each field is read from the environment variable ``TALKOOT_<FIELD>``; see README.md for the list.
    """

    database_url: str | None = None  # an own PostgreSQL (>= 15); without it an embedded one is started
    data: Path | None = None  # where the embedded PostgreSQL keeps its data
    host: str = "127.0.0.1"
    port: int = msgspec.field(default=8321)
    url: str | None = None  # the address people use, where a proxy stands in front; https turns on __Host- cookies
    demo: bool = False  # example people may be chosen at sign-in
    pool_size: int = 10  # database connections of this process's web side
    statement_seconds: float = 10.0  # longest statement a web request may run
    body_bytes: int = 1_000_000  # largest request body


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from ``TALKOOT_*`` variables.

    Raises
    ------
    msgspec.ValidationError : a value does not fit its field; the message names it.
    """
    names = {f"TALKOOT_{field.upper()}": field for field in Settings.__struct_fields__}
    given = {field: environ[name] for name, field in names.items() if environ.get(name)}
    return msgspec.convert(given, Settings, strict=False, dec_hook=_path)


def _path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value)).expanduser()
    raise TypeError(f"no way to read a {kind.__name__} from the environment")
