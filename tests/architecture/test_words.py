"""One Finnish word for one thing: the glossary of the pages, with the words that were tried for it and left."""

import re

import pytest
from babel.messages.pofile import read_po

from tests.architecture import tree

PO = tree.ROOT / "service" / "pages" / "locale" / "fi.po"
ANYTHING = ""
# The thing by product.md's word, the stem chosen for it, stems that are not to come back, and of which English texts:
# a Finnish stem may be right for another thing (tunnus is an id, piste is a dot, havainto is an observation).
GLOSSARY = [
    ("lead", "esihenkilö", r"vetäj|vetää|vedä|\bveti\b|esimie", ANYTHING),
    ("colleague", "työtover", r"työkaver|työtoverien", ANYTHING),
    ("HR", "henkilöstöhallin", r"\bHR\b", ANYTHING),
    ("administrator", "ylläpitäj", r"pääkäyttäj|käyttäjätu", ANYTHING),
    ("standing", "kokonaisarvio", r"sijoitu|\basema", ANYTHING),
    ("place", "sija", r"sijoitu", ANYTHING),
    ("project", "hanke|hankk", r"projekt", ANYTHING),
    ("score", "luku|luvut|luvu", r"pistee[tn]|pisteesi|pisteis|\bpiste\b|tuloksesi", r"(?i)\bscores?\b"),
    ("scoring run", "laskenta|laske|pisteyty", r"\blasku(n|ja)?\b", ANYTHING),
    ("evidence", "näyttö|näytö", r"havain|todiste", r"(?i)\bevidence\b"),
    ("range", "palk", r"\bjana", ANYTHING),
    ("contest", "riita", r"kiist|oikaisu", r"(?i)\bcontest"),
    ("token", "avain|avai|avaim", r"tunnu", r"(?i)\btokens?\b"),
    ("care call", "huolenpitosoi", r"hoitosoit", ANYTHING),
    ("carer", "huolehti", r"hoitaj", ANYTHING),
    ("hand-over", "luovutu", r"siirto", r"(?i)\bhand-over"),
    ("exchange folder", "siirtokansio", r"vaihtokansio", ANYTHING),
    ("title", "nimik", r"titteli", ANYTHING),
    ("document", "asiakirj", r"dokument(ti|i[nt]|it)\b", ANYTHING),
    ("cleared", "täytty", r"selvite", r"(?i)\bcleared\b"),
    ("undo", "peru", r"kumo", ANYTHING),
    ("brief", "muistilista", r"valmistelu", ANYTHING),
    ("Talkoot", "Talkoi[dst]", r"Talkooh|Talkoon|Talkooss|Talkoot(ta|in)\b", ANYTHING),
]


def spoken():
    """Every English text with its Finnish ones."""
    with PO.open("rb") as file:
        for message in read_po(file, locale="fi"):
            if message.id:
                english = message.id if isinstance(message.id, str) else " ".join(message.id)
                yield english, message.string if isinstance(message.string, str) else " ".join(message.string)


@pytest.mark.parametrize(("thing", "chosen", "left", "of"), GLOSSARY, ids=[thing for thing, *_ in GLOSSARY])
def test_one_thing_has_one_finnish_word(thing, chosen, left, of):
    texts = [finnish for english, finnish in spoken() if re.search(of, english)]
    assert [text for text in texts if re.search(left, text, re.IGNORECASE)] == []
    assert any(re.search(chosen, text, re.IGNORECASE) for text in texts), f"nobody says {thing}"
