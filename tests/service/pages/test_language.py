"""Both languages say everything, and say it right."""

import ast
import re
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from dashboards.catalog import CHARTS
from scoring import policy as rules
from scoring.policy_rules import NO_WEIGHT
from scoring.policy_words import meanings
from service.pages import (
    audit,
    consent,
    contact,
    contests,
    correcting,
    errors,
    exports,
    feedback,
    keys,
    late,
    lead_care,
    lead_projects,
    my_data,
    my_journey,
    my_scores,
    my_settings,
    navigation,
    openings,
    people,
    policy,
    policy_form,
    rights,
    rounds,
    scoring,
    shown,
    sign_in_setting,
    staff,
    survey,
    teams,
    upload,
    upload_words,
)
from service.pages.language import FOLDER, Words, alphabetical, choose

PAGES = Path(shown.__file__).parent
KEYWORDS = {"_": None, "ngettext": (1, 2), "gettext": None, "say": None}
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}


def said():
    yield from said_of_the_policy()
    yield from said_of_the_office()
    methods = [("**.html", "jinja2.ext.babel_extract"), ("**.py", "python")]
    for _, _, text, *_ in extract_from_dir(str(PAGES), methods, {"**.html": JINJA}, KEYWORDS):
        yield text
    for texts in (
        shown.BOARDS,
        shown.MEANINGS,
        shown.SOURCES,
        shown.KINDS,
        shown.MADE,
        correcting.WHERE,
        *(chart.WORDS for chart in CHARTS.values()),
    ):
        yield from texts.values()
    yield from (shown.ON_RATINGS, shown.ON_DEVIATIONS, shown.ON_HELP, shown.BY_COLLEAGUES)
    for title, text in (*errors.TEXTS.values(), errors.MISTAKE, *my_settings.MAILS.values()):
        yield from (title, text)
    for texts in (
        my_journey.LEFT,
        my_journey.LACKING,
        my_scores.SOURCES_OFF,
        my_scores.SOURCES_OFF_SOON,
        my_settings.DONE,
        people.DONE,
        people.PARTS,
        contact.ASPECTS,
        rights.ROLES,
        rights.PURPOSES,
        rights.ACTIONS,
        contests.ABOUT,
        contests.DONE,
        openings.DONE,
        late.TEXTS,
        errors.ROLES,
    ):
        yield from texts.values()
    for about in consent.CHOICES:
        yield from (about.title, about.collected, about.why, about.seen_by)
    yield from (one.label for group in navigation.GROUPS for one in (group, *group.places))
    yield from (shown.ON_RATINGS, shown.ON_DEVIATIONS)
    for _, _, *texts in survey.SCALES:
        yield from texts
    yield from keys.DONE.values()
    yield from (*keys.ROLES.values(), *keys.SCOPES.values(), *exports.FORMATS.values(), *staff.ROLES.values())
    yield from chain(*exports.WHAT.values())
    leading = (lead_projects.ASPECTS, lead_projects.KINDS, lead_care.KINDS, lead_care.OUTCOMES)
    for texts in (survey.ABOUT, survey.CHANNELS, survey.RHYTHMS, upload.STATES, feedback.DONE, *leading):
        yield from texts.values()


def said_of_the_office():
    for texts in (
        my_data.KINDS,
        upload_words.WRONG,
        upload_words.EXPECTED,
        upload_words.DOING,
        audit.ACTIONS,
        audit.ROLES,
        audit.PURPOSES,
        sign_in_setting.FINDINGS,
        staff.DONE,
        teams.DONE,
        rounds.DONE,
        scoring.STATES,
    ):
        yield from texts.values()


def said_of_the_policy():
    for texts in (policy_form.LABELS, policy_form.GROUP_NAMES, policy_form.LEVEL_LABELS, policy_form.ROLE_NAMES):
        yield from texts.values()
    yield from (*policy_form.WORDED, *policy.REFUSALS.values(), *NO_WEIGHT.values())
    for _, _, why in (*rules.RULES.values(), *rules.LEVEL_RULES.values(), rules.WEIGHT_RULE):
        yield why
    yield from (text for field in rules.RULES for text in (meanings()[field].text, meanings()[field].unit))
    yield from (meanings()["weights"].text, meanings()["levels_from"].text)


@pytest.fixture(scope="module")
def finnish():
    with (FOLDER / "fi.po").open("rb") as file:
        return read_po(file, locale="fi")


def test_everything_that_is_said_is_said_in_finnish(finnish):
    missing = [text for text in said() if (found := finnish.get(text)) is None or not all(forms(found.string))]
    assert missing == []


def test_nothing_is_translated_that_nobody_says(finnish):
    known = {text[0] if isinstance(text, tuple) else text for text in said()}
    spare = [m.id for m in finnish if m.id and (m.id[0] if isinstance(m.id, tuple) else m.id) not in known]
    assert spare == []


def test_translations_keep_what_is_filled_in(finnish):
    places = re.compile(r"%\(\w+\)s|%?\{[\w:.+]+\}")
    for message in finnish:
        for form in forms(message.string):
            wanted = forms(message.id)[-1] if message.id else ""
            assert sorted(places.findall(form if message.id else "")) == sorted(places.findall(wanted)), message.id


def forms(text):
    return text if isinstance(text, tuple) else (text,)


@pytest.mark.parametrize(
    ("cookie", "own", "accepted", "chosen"),
    [
        ("fi", "en", "en", "fi"),
        (None, "fi", "en", "fi"),
        ("sv", None, "fi-FI,fi;q=0.9,en;q=0.8", "fi"),
        (None, None, "sv;q=0.9, en-GB;q=0.8, fi;q=0.2", "en"),
        (None, None, "de", "en"),
        (None, None, ";;q=x,,=", "en"),
        (None, None, None, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_ones_own_else_the_browsers(cookie, own, accepted, chosen):
    assert choose(cookie, own, accepted) == chosen


def test_finnish_names_are_in_finnish_order():
    names = ["Öhman", "Åkerman", "Ahonen", "Äijälä", "Zetterberg", "Wirtanen", "Virta", "Élise", "Eino", "Ülle", "Yli"]
    expected = [
        "Ahonen",
        "Eino",
        "Élise",
        "Virta",
        "Wirtanen",
        "Yli",
        "Ülle",
        "Zetterberg",
        "Åkerman",
        "Äijälä",
        "Öhman",
    ]
    assert sorted(names, key=alphabetical) == expected


def test_numbers_and_days_are_written_as_in_each_language():
    moment = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # the next day in Helsinki
    assert (Words("fi").date(moment), Words("en").date(moment)) == ("23. marraskuuta 2026", "23 November 2026")
    assert (Words("fi").number(-0.126), Words("en").number(0.5, signed=True)) == ("−0,13", "+0.50")
    assert Words("en").number(-0.001) == "0.00"
    assert shown.period_name(Words("fi"), "quarter:2026Q3") == "2026, 3. neljännes"
    assert shown.period_name(Words("fi"), "month:2026-07") == "heinäkuu 2026"


def literals(node):
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def said_by_name(tree):
    """Texts that a function gives a name first and then says by it, where what collects texts does not see them."""
    for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)):
        calls = [one for one in ast.walk(function) if isinstance(one, ast.Call) and one.args]
        said = {
            call.args[0].id
            for call in calls
            if isinstance(call.func, ast.Attribute) and call.func.attr == "say" and isinstance(call.args[0], ast.Name)
        }
        for one in (one for one in ast.walk(function) if isinstance(one, ast.Assign)):
            if any(isinstance(target, ast.Name) and target.id in said for target in one.targets):
                yield from literals(one.value)


def test_no_text_is_said_by_a_name_that_hides_it():
    assert list(said_by_name(ast.parse("def a(w):\n    k = 'One more' if w else 'No more'\n    w.say(k)"))) != []
    hidden = {text for path in PAGES.glob("*.py") for text in said_by_name(ast.parse(path.read_text())) if " " in text}
    known = {text[0] if isinstance(text, tuple) else text for text in said()}
    assert hidden - known == set()


@pytest.mark.parametrize(("language", "told"), [("fi", "28.11.2026 6.00"), ("en", "28 Nov 2026 06:00")])
def test_a_moment_is_told_to_the_minute_where_the_organization_is(language, told):
    moment = datetime(2026, 11, 28, 4, 0, 3, tzinfo=UTC)
    assert Words(language, ZoneInfo("Europe/Helsinki")).moment(moment).replace("\u202f", " ") == told
