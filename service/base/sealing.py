"""What the database keeps but cannot read: texts sealed, and names hashed, by a key that is kept outside of it.

The key is the setting `secret`, or else a file beside the data folder that is made when it is first needed. Of several
keys the first seals and hashes; the others still open what was sealed before, so that a key can be changed.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from service.base import place
from service.base.config import Settings, read_settings
from service.base.errors import AppError

FILE = "secret.key"
MARK = "sealed1:"  # before what is sealed; what has no mark was kept before anything was
BYTES = 32


class Unsealable(AppError):
    """It was sealed with a key that is not here."""

    code = "unsealable"
    status = 500


def seal(text: str) -> str:
    """Seal a text with the newest key."""
    return MARK + _box(_keys()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the text that was sealed with any of the keys; a text without our mark is returned as it is.

    Raises
    ------
    Unsealable : the key it was sealed with is not here.
    """
    if not sealed.startswith(MARK):
        return sealed
    try:
        return _box(_keys()).decrypt(sealed.removeprefix(MARK).encode()).decode()
    except InvalidToken as wrong:
        raise Unsealable("this was sealed with a key that is not among those of TALKOOT_SECRET") from wrong


def name_of(text: str) -> str:
    """Return 64 hexadecimal digits that stand for `text`; without the newest key nobody can tell or try what it was."""
    return _name(_keys()[0], text)


def names_of(text: str) -> list[str]:
    """Return every name that `text` may have been given: by each key, and by none, as it was before there were keys."""
    return [*(_name(key, text) for key in _keys()), hashlib.sha256(text.encode()).hexdigest()]


def _name(key: str, text: str) -> str:
    return hmac.new(key.encode(), b"name\n" + text.encode(), "sha256").hexdigest()


def _box(keys: tuple[str, ...]) -> MultiFernet:
    made = [hmac.new(key.encode(), b"seal", "sha256").digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(one)) for one in made])


@cache
def _keys() -> tuple[str, ...]:
    """Return this installation's keys, the newest first; they are read once."""
    settings = read_settings()
    return tuple((settings.secret or _kept(_file(settings))).split())


def _file(settings: Settings) -> Path:
    return (settings.data or place.default_folder()).expanduser().parent / FILE


def _kept(file: Path) -> str:
    """Return what the file holds; of several processes that make it at once, one does."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(new, "x", opener=place.private) as made:
            made.write(secrets.token_urlsafe(BYTES))
            made.flush()
            os.fsync(made.fileno())
        try:
            os.link(new, file)
        except FileExistsError:  # another process was quicker
            pass
        finally:
            new.unlink()
    return file.read_text()
