"""How a person may be mentioned in other people's words: a pattern for PostgreSQL, with the endings of Finnish."""

import re
from collections.abc import Sequence

# Case endings, possessives and clitics that follow a name; longer stems change inside, see `forms`.
ENDINGS = (
    "(?:n|in|en|a|ä|ta|tä|lla|llä|lle|lta|ltä|ssa|ssä|sta|stä|ksi|na|nä|hin|hyn|han|hän|seen|iin|oon|uun|yyn|aan|ään)?"
    "(?:kin|kaan|kään|ko|kö)?(?:['’]s)?"
)
SHORTEST = 3  # letters of a name that names somebody when it stands alone


def words_of(name: str) -> list[str]:
    """Return the words of a name that are long enough to name somebody."""
    return [word for word in re.split(r"[\s,]+", name) if len(word) >= SHORTEST]


def forms(word: str) -> str:
    """Return a pattern of a name in its cases: Virtanen, Virtasen; Mikko, Mikolle; Ada, Adalta."""
    if word.casefold().endswith("nen"):
        return rf"{re.escape(word[:-3])}(?:nen|se|s)(?:[st]a|[st]ä)?{ENDINGS}"
    doubled = re.fullmatch(r"(.+)(kk|pp|tt)([aeiouyäö])", word, re.IGNORECASE)
    if doubled:
        stem, pair, vowel = doubled.groups()
        return rf"{re.escape(stem)}{pair[0]}{pair[0]}?{vowel}{ENDINGS}"
    return re.escape(word) + ENDINGS


def mentions(name: str, alone: Sequence[str], exact: Sequence[str]) -> str:
    """Return a pattern of every mention: the whole name either way round, words that name nobody else, exact texts.

    The whole name is found in small and capital letters, too; a word alone only as a name is written, so that Will is
    not found in what will be.
    """
    words = re.split(r"[\s,]+", name.strip())
    whole = [
        r"[\s,]+".join(forms(word) for word in way)
        for written in (words, [word.lower() for word in words])
        for way in (written, written[::-1])
    ]
    shouted = [r"[\s,]+".join(re.escape(word.upper()) for word in way) for way in (words, words[::-1])]
    single = [form for word in alone for form in (forms(word), re.escape(word.upper()))]
    found = [*whole, *shouted, *single, *(re.escape(text) for text in exact)]
    return rf"\m(?:{'|'.join(found)})\M"
