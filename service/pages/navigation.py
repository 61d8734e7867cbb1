"""Where one can go from every page: places in groups, each shown to the roles that may open it."""

from collections.abc import Container

from msgspec import Struct

from service.base.access import Actor, Role

OWN = "{me}"  # in a path: the id of the person who reads
_PERSONS = frozenset({Role.EMPLOYEE, Role.LEAD, Role.HR, Role.ADMINISTRATOR})
_LEADING = _PERSONS - {Role.EMPLOYEE}
_OFFICE = frozenset({Role.HR, Role.ADMINISTRATOR})
_ADMINISTRATION = frozenset({Role.ADMINISTRATOR})


class Place(Struct, frozen=True):
    """A page one can go to; its label is English here, Finnish in locale/fi.po."""

    path: str
    label: str
    roles: frozenset[Role] = _PERSONS


class Group(Struct, frozen=True):
    """Places that belong together: `main` stands open in the frame, `mine` under the reader's initials."""

    key: str
    label: str
    places: tuple[Place, ...]


# One line a page; the page's own guard decides who may open it, and a test tells where the two differ.
GROUPS = (
    Group(
        "main",
        "Main",
        (
            Place("/", "Home"),
            Place("/me/journey", "My journey"),
            Place("/boards", "Boards", _PERSONS | {Role.SERVICE}),
            Place("/feedback", "Feedback"),
        ),
    ),
    Group(
        "team",
        "Team",
        (
            Place("/team", "The team at a glance", _LEADING),
            Place("/team/unseen", "Unseen and deserving", _LEADING),
            Place("/team/talks", "Talks", _LEADING),
            Place("/team/satisfaction", "What customers say", _LEADING),
            Place("/team/unheard", "Where no customer was heard", _LEADING),
            Place("/team/care", "Calls due", _LEADING),
            Place("/team/help", "Who helps whom", _LEADING),
        ),
    ),
    Group(
        "office",
        "Administration",
        (
            Place("/rounds", "Rounds of feedback", _OFFICE),
            Place("/policy", "The rules of scoring", _OFFICE),
            Place("/scoring", "Scoring", _OFFICE),
            Place("/contests", "Contested", _OFFICE),  # with their own
            Place("/people", "People", _OFFICE),
            Place("/teams", "Teams", _OFFICE),
            Place("/people/import", "Import", _ADMINISTRATION),
            Place("/participation", "Participation", _OFFICE | {Role.SERVICE}),
            Place("/exports", "Exports", _OFFICE | {Role.SERVICE}),
            Place("/audit", "Audit log", _OFFICE),
            Place("/settings/sign-in", "How people sign in", _ADMINISTRATION),
            Place("/tokens", "Tokens", _ADMINISTRATION),
        ),
    ),
    Group(
        "mine",
        "Mine",
        (
            Place("/me/scores", "Scores and why"),
            Place("/me/calls", "Calls I have promised"),
            Place("/people/{me}", "Profile"),
            Place("/settings", "Settings"),
            Place("/settings/consent", "My choices"),
            Place("/who-looked", "Who looked"),
            Place("/contests", "Contested", _PERSONS - _OFFICE),
            Place("/sessions", "Where I am signed in"),
        ),
    ),
)


def groups_for(me: Actor, pages: Container[str]) -> tuple[Group, ...]:
    """Return the groups with the places that `me` may open and that are among `pages`, the app's own paths."""
    groups = (
        Group(group.key, group.label, tuple(_own(one, me) for one in group.places if _is_for(one, me, pages)))
        for group in GROUPS
    )
    return tuple(group for group in groups if group.places)


def here(path: str, place: Place | None, group: Group) -> bool:
    """Tell whether the page at `path` is `place`, or stands under it more closely than under others of its group.

    Without a place: whether it stands anywhere in the group.
    """
    # No path begins with "//", so the start page has nothing under it.
    above = [one.path for one in group.places if one.path == path or path.startswith(f"{one.path}/")]
    return bool(above) and (place is None or place.path == max(above, key=len))


def _is_for(place: Place, me: Actor, pages: Container[str]) -> bool:
    alone = me.person_id is not None or Role.SERVICE in place.roles
    return alone and me.role in place.roles and place.path.replace(OWN, "{person_id:uuid}") in pages


def _own(place: Place, me: Actor) -> Place:
    return Place(place.path.replace(OWN, str(me.person_id)), place.label, place.roles)
