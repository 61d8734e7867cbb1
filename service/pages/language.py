"""The two languages of the pages: their words, dates, numbers and alphabetical order."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import Locale, negotiate_locale
from babel.dates import format_date, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

LANGUAGES = {"fi": "Suomeksi", "en": "In English"}
LOCALES = {"fi": "fi_FI", "en": "en_GB"}  # days before months and hours up to 24, as everywhere in Europe
FOLDER = Path(__file__).parent / "locale"
ZONE = ZoneInfo("Europe/Helsinki")  # where nobody has signed in yet
# The characters of ASCII after z, in order, for the letters after z; the others stand with their neighbours.
_LETTERS = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y", "đ": "d", "ŋ": "n", "ŧ": "t"})


class Words:
    """How one reader is spoken to."""

    def __init__(self, language: str, zone: tzinfo = ZONE) -> None:
        self.language = language
        self.zone = zone
        self.locale = Locale.parse(LOCALES[language])

    def say(self, text: str) -> str:
        """Translate `text`, which is English."""
        return translations(self.language).gettext(text)

    def all(self, texts: dict[str, str]) -> dict[str, str]:
        """Translate every value of `texts`: the words of a chart."""
        return {key: self.say(text) for key, text in texts.items()}

    def date(self, moment: datetime | date | None) -> str:
        """Write the day of `moment`, where this reader's organization is."""
        if moment is None:
            return "–"
        local = moment.astimezone(self.zone) if isinstance(moment, datetime) else moment
        return format_date(local, "long", locale=self.locale)

    def moment(self, moment: datetime) -> str:
        """Write the day and minute of `moment`, where this reader's organization is."""
        there = moment.astimezone(self.zone)
        return f"{format_date(there, 'medium', self.locale)} {format_time(there, 'short', locale=self.locale)}"

    def number(self, value: float, *, signed: bool = False) -> str:
        """Write `value` with two decimals and a real minus sign."""
        pattern = "+0.00;−0.00" if signed else "0.00;−0.00"
        return format_decimal(round(value, 2) + 0.0, format=pattern, locale=self.locale)


@cache
def translations(language: str) -> Translations:
    """Return the words of `language`, read once from its .po file; English is what stands in the code."""
    catalog = _catalog(language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def _catalog(language: str) -> Catalog:
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def choose(cookie: str | None, own: str | None, accepted: str | None) -> str:
    """Choose the language: what was asked for on the page, else the person's own, else the browser's."""
    for wanted in (cookie, own):
        if wanted in LANGUAGES:
            return wanted
    return negotiate_locale(_preferred(accepted or ""), list(LANGUAGES), sep="-") or "en"


def _preferred(header: str) -> Iterable[str]:
    """Read an Accept-Language header: its tags, best first; what cannot be read comes last."""
    weighted = []
    for number, part in enumerate(header.split(",")[:20]):
        tag, _, quality = part.partition(";q=")
        weighted.append((-_weight(quality), number, tag.strip()))
    return [tag for _, _, tag in sorted(weighted) if tag]


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0


def alphabetical(name: str) -> str:
    """Return the key by which Finnish names are sorted: å, ä and ö after z, ü with y, other accents aside.

    PostgreSQL here has no ICU, so names are sorted after they were read. The order is CLDR's for Finnish.
    """
    kept = name.casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFD", kept) if not unicodedata.combining(c))
    return plain + "\0" + name
