"""The policy for HR and administrators: every setting, what another one would do, publishing it, and its history."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from dashboards import policy_preview
from dashboards.policy_preview import Row
from scoring import policies
from scoring.policies import Preview, Version
from scoring.policy import LEVEL_RULES, ROLES, RULES, WEIGHT_RULE, Policy
from scoring.policy_words import GROUPS, meanings
from service.base import clock, db
from service.base.access import Role, require_role
from service.base.border import Input
from service.base.errors import AppError
from service.base.web import AUDITED, Me, Tx
from service.pages import policy_form, policy_shown, shown
from service.pages.home import thanking
from service.pages.page import Seen, View, data, form, own_fields, redirect
from service.pages.policy_form import LABELS
from service.pages.shown import Option
from service.policies import reading
from service.policies.model import PolicyPreview

sql = db.load(Path(__file__).with_suffix(".sql"))
chart = db.load(Path(policy_preview.__file__).with_suffix(".sql"))
keepers = require_role(Role.HR, Role.ADMINISTRATOR, Role.SERVICE)
Before = Annotated[int | None, QueryParameter(ge=1, le=2_000_000_000)]

MOST_VERSIONS = 20  # of the history at a time
MOST_DRAWN = 20  # people in the picture
SLOW = ("peer_half_life_days", "k")  # they act on a person's answers only when these are released anew
REFRESH_SECONDS = 2  # until a page that waits for the worker is loaded again
# English here, Finnish in locale/fi.po: what stands against a preview or a publication.
OF_K = {"k_only_rises", "round_open"}
REFUSALS = {
    "k_only_rises": "People have answered trusting in today’s number of voices. It is only raised from there.",
    "round_open": "The number of voices can be lowered when no round of feedback is open.",
    "too_many_previews_waiting": "Enough previews are waiting already. Look at those first.",
    "policy_changed": "Another version was published meanwhile. Look at the effects once more.",
    "preview_not_done": "The effects are not worked out yet. Wait a moment.",
    "already_exists": "Another version was published at the same moment. Look at the effects once more.",
    "invalid": "It does not fit the policy in force any more. Begin from the settings.",
}


class Said(msgspec.Struct, frozen=True):
    """What stands against publishing, and the reason that was given for it."""

    trouble: str = ""
    reason: str = ""


class Picture(msgspec.Struct, frozen=True):
    """Who moves most in one figure: those who are drawn, how many more move, and the chart's data."""

    rows: list[Row]
    more: int
    figure: str


class Past(msgspec.Struct, frozen=True):
    """A version in the history, who published it, and what changed with it."""

    version: Version
    publisher: str | None
    differences: list[policy_shown.Difference]


class Person(msgspec.Struct, frozen=True):
    """Somebody by name."""

    id: UUID
    name: str


@get("/policy", guards=[keepers])
async def show_policy(tx: Tx, view: Seen, tried: FromQuery[UUID | None] = None) -> Response[str]:
    """Show every setting with its meaning, range and value, to be changed; or those of a preview, to be changed on."""
    version = await db.maybe(tx, policies.sql.newest, Version)
    policy = version.value if version else Policy()
    if tried is not None:
        policy = policy_shown.as_policy((await db.one(tx, policies.sql.preview, Preview, id=tried)).policy)
    names = policy_form.dimensions(policy, await _criteria(tx))
    return await _editor(tx, view, policy, policy_form.filled(policy, names, view.words), {})


@post("/policy", guards=[keepers])
async def ask_for_effects(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Have a worker find out what the changes would do, or say all that is wrong with them."""
    sent = await own_fields(request)
    before = (await policies.in_force(tx)).value
    found = policy_form.read(sent, before, view.words)
    trouble = "" if found.changes or found.errors else view.words.say("Nothing is changed yet. Change a setting first.")
    if not trouble and not found.errors:
        try:
            return redirect(f"/policy/previews/{(await policies.ask_for_preview(tx, found.changes, me.person_id)).id}")
        except AppError as refusal:
            trouble = _refused(view, refusal)
            if refusal.code in OF_K:
                return await _editor(tx, view, before, sent, {"k": trouble})
    return await _editor(tx, view, before, sent, found.errors | ({"form": trouble} if trouble else {}))


@get("/policy/previews/{preview_id:uuid}", guards=[keepers], opt=AUDITED)
async def show_effects(tx: Tx, me: Me, view: Seen, preview_id: FromPath[UUID]) -> Response[str]:
    """Show who would move, or how far the worker is."""
    return await _effects(tx, me, view, preview_id, Said())


@post("/policy/previews/{preview_id:uuid}", guards=[keepers])
async def publish(
    request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen, preview_id: FromPath[UUID]
) -> Response[str] | Redirect:
    """Publish what was looked at, with a reason; or say what stands against it."""
    sent = await own_fields(request)
    reason = " ".join(sent.get("reason", "").split())[:500]
    if not reason or sent.get("sure") != "yes":
        trouble = view.words.say("Write why, and confirm that it holds for everybody.")
        return await _effects(tx, me, view, preview_id, Said(trouble, reason))
    try:
        async with tx.transaction():
            rescale = sent.get("rescale") == "yes"
            await policies.publish(tx, preview_id, policies.Publisher(me.person_id, reason), rescale=rescale)
    except AppError as refusal:
        if refusal.code not in REFUSALS:
            raise
        return await _effects(tx, me, view, preview_id, Said(_refused(view, refusal), reason))
    return redirect("/policy/history?published=true")


@get("/policy/history", guards=[keepers])
async def show_history(request: Request[Any, Any, Any], tx: Tx, view: Seen, before: Before = None) -> Response[str]:
    """Show the versions, the newest first, each with what changed."""
    found = await db.many(tx, policies.sql.versions, Version, before=before, most=MOST_VERSIONS + 1)
    people = [one.published_by_id for one in found if one.published_by_id]
    names = {one.id: one.name for one in await db.many(tx, sql.named, Person, people=people)}
    older = [*found[1:], None]
    past = [
        Past(
            one,
            names.get(one.published_by_id) if one.published_by_id else None,
            policy_shown.differences(prior.value, one.value, view.words) if prior else [],
        )
        for one, prior in zip(found, older, strict=True)
    ][:MOST_VERSIONS]
    return view.page(
        "policy_history.html",
        past=past,
        newest=before is None,
        next=past[-1].version.version if len(found) > MOST_VERSIONS else None,
        published="published" in request.query_params,
    )


@post("/policy/history/{number:int}", guards=[keepers])
async def go_back(request: Request[Any, Any, Any], tx: Tx, me: Me, number: FromPath[int], view: Seen) -> Any:  # noqa: ANN401 - a page or a redirect
    """Look at what an earlier version's values would do today; publishing them is going back, never to a lower k."""
    await form(request, Input)
    known = number if 0 < number < 2**31 else 0
    old = await db.one(tx, policies.sql.by_version, Version, version=known)
    kept = {"reference", "levels_from"} | ({"k"} if old.value.k < (await policies.in_force(tx)).value.k else set())
    changes = {key: value for key, value in msgspec.to_builtins(old.value).items() if key not in kept}
    try:
        asked = await policies.ask_for_preview(tx, changes, me.person_id)
    except AppError as refusal:
        return view.page("error.html", 409, title=view.words.say("That is not possible"), text=_refused(view, refusal))
    return redirect(f"/policy/previews/{asked.id}")


async def _criteria(tx: db.Connection) -> dict[str, str]:
    """Return the organization's criteria: key and name."""
    return {one.key: one.name for one in await db.many(tx, thanking.criteria, Option)}


async def _editor(
    tx: db.Connection, view: View, policy: Policy, given: dict[str, str], errors: dict[str, str]
) -> Response[str]:
    criteria = await _criteria(tx)
    names = [given[key] for key in sorted(given, key=_place) if key.startswith("dimension-")]
    levels = sorted(
        {int(key.split("-")[1]) for key in given if key.startswith("levels-") and key.split("-")[1].isdigit()}
    )
    return view.page(
        "policy.html",
        422 if errors else 200,
        policy=policy,
        version=await db.maybe(tx, policies.sql.newest, Version),
        given=given,
        errors=errors,
        groups=GROUPS,
        astray={group for group, fields in GROUPS.items() if any(key.split("-")[0] in fields for key in errors)},
        group_names=policy_form.GROUP_NAMES,
        labels=LABELS,
        meanings=meanings(),
        level_labels=policy_form.LEVEL_LABELS,
        rules=RULES,
        level_rules=LEVEL_RULES,
        weight_rule=WEIGHT_RULE,
        roles={role: policy_form.ROLE_NAMES[role] for role in ROLES},
        dimensions=[
            (place, name, shown.board_name(view.words, name, criteria.get(name))) for place, name in enumerate(names)
        ],
        levels=[*levels, max(levels, default=-1) + 1],
        standard=Policy(),
        plain=lambda value: policy_form.plain(view.words, value),
    )


def _place(key: str) -> int:
    tail = key.rpartition("-")[2]
    return int(tail) if tail.isdigit() else -1


async def _effects(tx: db.Connection, me: Me, view: View, preview_id: UUID, said: Said) -> Response[str]:
    stored = await db.one(tx, policies.sql.preview, Preview, id=preview_id)
    against = await policies.version_of(tx, stored.against_id)
    newest = await db.maybe(tx, policies.sql.newest, Version)
    before, after = against.value, policy_shown.as_policy(stored.policy)
    told = await reading.looked_at(tx, me, preview_id)
    answer = view.page(
        "policy_preview.html",
        422 if said.trouble else 200,
        preview=told,
        against=against,
        overtaken=newest is not None and newest.version != against.version,
        reason=said.reason,
        errors={"reason": said.trouble} if said.trouble else {},
        differences=policy_shown.differences(before, after, view.words),
        levels=policy_shown.level_moves(told.levels, before, after, view.words),
        later=policy_shown.level_moves(told.levels_later, after, after, view.words),
        grace_days=after.grace_days,
        quality=await _picture(tx, view, told, ("largest", "quality")),
        standing=await _picture(tx, view, told, ("standing", "standing")),
        slow=", ".join(
            view.words.say(LABELS[field]) for field in SLOW if getattr(before, field) != getattr(after, field)
        ),
        orders=policy_shown.orders(told.boards, await _criteria(tx), view.words),
        has_scale=before.reference is not None,
        waited=int((clock.now() - told.asked_at).total_seconds()),
    )
    if told.state in {"due", "running"}:
        answer.headers["refresh"] = str(REFRESH_SECONDS)
    return answer


async def _picture(tx: db.Connection, view: View, told: PolicyPreview, of: tuple[str, str]) -> Picture:
    """Draw those who move most in a part of what was worked out, which is of what is measured."""
    part, measured = of
    rows = await db.many(tx, chart.moves, Row, preview_id=told.id, part=part, most=MOST_DRAWN)
    figure = data(policy_preview.figure(rows, view.words.all(policy_preview.WORDS), measured))
    return Picture(rows, len(getattr(told, part)) - len(rows), figure)


def _refused(view: View, refusal: AppError) -> str:
    return view.words.say(REFUSALS.get(refusal.code, REFUSALS["invalid"]))
