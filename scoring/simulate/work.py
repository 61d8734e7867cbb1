"""What there is to do: customers and their contacts, projects, and who is in them with which share."""

from dataclasses import dataclass

import numpy as np

from scoring.exchange.columns import OUTCOMES, PROJECT_KINDS
from scoring.simulate.calendar import NEVER, Moments
from scoring.simulate.people import CARER, LEAD, OTHER, SELLER, SELLING, Character, Index, Mask, Number, People, Span
from scoring.simulate.settings import Settings

OPPORTUNITY, DEVELOPMENT, DELIVERY = range(len(PROJECT_KINDS))
DONE, WON, LOST, STOPPED = range(len(OUTCOMES))
TERRITORIES = ("East", "Export", "North", "South", "West")
MEMBER_ROLES = ("seller", "expert", "carer", "lead", "member")  # the first three as the person's role
HANDED_OVER_DAYS = 40  # working days of a delivery after which a seller's share falls
DECLINED_SHARE = 0.3  # of the seller's share, from then on


@dataclass(frozen=True, slots=True)
class Market:
    """Customers (`ease`: how easily pleased, sd) and their contacts, who are sorted by customer."""

    ease: Number
    contact_customer: Index
    contact_ease: Number
    known: Mask
    finnish: Mask
    first: Index  # (customers,) the first contact of each
    contacts: Index  # (customers,) how many


@dataclass(frozen=True, slots=True)
class Projects:
    """Each (projects,); days are working days, `end` NEVER while open, -1 where there is nothing to name."""

    kind: Index
    customer: Index
    territory: Index
    team: Index
    owner: Index
    start: Moments
    end: Moments
    outcome: Index
    continues: Index

    @property
    def size(self) -> int:
        """How many."""
        return self.kind.size


@dataclass(frozen=True, slots=True)
class Seats:
    """Who was in which project, [start, end) in working days; `share` NaN where none is written down."""

    project: Index
    person: Index
    role: Index
    share: Number
    start: Moments
    end: Moments


def market(settings: Settings, rng: np.random.Generator) -> Market:
    """Find customers; each has at least one contact."""
    customers = max(2, round(settings.people * settings.customers_per_person))
    contacts = 1 + rng.poisson(max(settings.contacts_per_customer - 1, 0), customers)
    customer = np.repeat(np.arange(customers), contacts)
    return Market(
        ease=settings.customer_sd * rng.standard_normal(customers),
        contact_customer=customer,
        contact_ease=settings.contact_sd * rng.standard_normal(customer.size),
        known=rng.random(customer.size) < settings.known_contacts,
        finnish=rng.random(customer.size) < settings.finnish,
        first=np.cumsum(contacts) - contacts,
        contacts=contacts,
    )


def projects(
    settings: Settings, rng: np.random.Generator, staff: People, truth: Character, trade: tuple[Market, Span]
) -> Projects:
    """Begin opportunities and developments over the whole history; what is won is delivered, from that day on."""
    customers, span = trade
    roots = max(4, round(settings.people * settings.projects_per_person_year * settings.years))
    start = np.sort(span.begin + (rng.random(roots) * (span.end - span.begin)).astype(np.int64))
    begun = _begun(settings, rng, staff, (start, span))
    begun = _with_customers(rng, begun, customers)
    won = begun.outcome == WON
    talent = settings.won + 0.12 * truth.quality[begun.owner, SELLING]
    lost = won & (rng.random(roots) > talent)
    begun.outcome[lost] = LOST
    return _with_deliveries(rng, staff, begun, span)


def _begun(settings: Settings, rng: np.random.Generator, staff: People, when: tuple[Moments, Span]) -> Projects:
    """Opportunities and developments, every ended opportunity still won."""
    start, span = when
    size = start.size
    kind = np.where(rng.random(size) < 0.6, OPPORTUNITY, DEVELOPMENT)
    length = np.where(kind == OPPORTUNITY, 35, 80) * np.exp(0.4 * rng.standard_normal(size))
    end = start + np.maximum(length.astype(np.int64), 5)
    team = staff.team[rng.integers(0, settings.people, size)]
    stopped = rng.random(size) < 0.08
    outcome = np.where(kind == OPPORTUNITY, WON, DONE)
    outcome[stopped & (kind == DEVELOPMENT)] = STOPPED
    none = np.full(size, -1)
    owner = _owner(rng, staff, (team, start), SELLER)
    return _open(Projects(kind, none, none, team, owner, start, end, outcome, none), span)


def _open(begun: Projects, span: Span) -> Projects:
    """Leave open what would end after the history."""
    still = begun.end >= span.end
    begun.end[still] = NEVER
    begun.outcome[still] = -1
    return begun


def _with_customers(rng: np.random.Generator, begun: Projects, customers: Market) -> Projects:
    """Big customers have more projects; a customer keeps its territory; some developments are our own."""
    weight = np.exp(0.8 * rng.standard_normal(customers.ease.size))
    customer = rng.choice(weight.size, begun.size, p=weight / weight.sum())
    territory = rng.integers(0, len(TERRITORIES), weight.size)[customer]
    own = (begun.kind == DEVELOPMENT) & (rng.random(begun.size) < 0.25)
    return Projects(
        begun.kind, np.where(own, -1, customer), np.where(own, -1, territory), begun.team, begun.owner,
        begun.start, begun.end, begun.outcome, begun.continues,
    )  # fmt: skip


def _with_deliveries(rng: np.random.Generator, staff: People, begun: Projects, span: Span) -> Projects:
    won = np.flatnonzero(begun.outcome == WON)
    start = begun.end[won]
    end = start + np.maximum(110 * np.exp(0.45 * rng.standard_normal(won.size)), 20).astype(np.int64)
    outcome = np.where(rng.random(won.size) < 0.04, STOPPED, DONE)
    kind, owner = np.full(won.size, DELIVERY), _owner(rng, staff, (begun.team[won], start), CARER)
    customer, territory, team = begun.customer[won], begun.territory[won], begun.team[won]
    delivered = _open(Projects(kind, customer, territory, team, owner, start, end, outcome, won), span)
    fields = Projects.__dataclass_fields__
    return Projects(*(np.concatenate([getattr(begun, name), getattr(delivered, name)]) for name in fields))


def _owner(rng: np.random.Generator, staff: People, place: tuple[Index, Moments], liked: int) -> Index:
    """Somebody of the team who is there that day, of the liked role where one comes up; else its lead."""
    team, day = place
    drawn = from_teams(rng, staff, np.broadcast_to(team, (4, team.size)))
    there = np.array([staff.at_work(person, day) & (staff.moved[person] >= NEVER) for person in drawn])
    better = 1.0 * there + there * (staff.role[drawn] == liked) - 0.5 * (staff.role[drawn] == OTHER)
    best = better.argmax(axis=0)
    column = np.arange(team.size)
    leads = np.flatnonzero(staff.role == LEAD)
    lead = np.zeros(staff.teams, np.int64)
    lead[staff.team[leads]] = leads
    return np.where(there[best, column], drawn[best, column], lead[team])


def from_teams(rng: np.random.Generator, staff: People, team: Index) -> Index:
    """One person of each of these teams, by chance."""
    order = np.argsort(staff.team, kind="stable")
    count = np.bincount(staff.team, minlength=staff.teams)
    first = np.cumsum(count) - count
    found: Index = order[first[team] + (rng.random(team.shape) * count[team]).astype(np.int64)]
    return found


def seats(settings: Settings, rng: np.random.Generator, staff: People, done: Projects) -> Seats:
    """Fill projects: the owner, most of those who won what is delivered, the owner's team, and others."""
    every = np.arange(done.size)
    slots = np.repeat(every, rng.poisson(max(settings.project_size - 1, 0.5), done.size))
    outside = rng.random(slots.size) < settings.across_teams
    drawn = from_teams(rng, staff, done.team[slots])
    drawn[outside] = rng.integers(0, staff.size, int(outside.sum()))
    project, person, carried = _carried(rng, done, slots, drawn)
    project, person = np.concatenate([every, project, slots]), np.concatenate([done.owner, person, drawn])
    chosen = np.sort(np.unique(project * staff.size + person, return_index=True)[1])
    kept = np.concatenate([np.zeros(done.size, bool), carried, np.zeros(slots.size, bool)])[chosen]
    return _seated(settings, rng, (staff, done), (project[chosen], person[chosen], kept))


def _carried(rng: np.random.Generator, done: Projects, slots: Index, drawn: Index) -> tuple[Index, Index, Mask]:
    """Who comes along from an opportunity into its delivery: its owner always, others by half."""
    follower = np.full(done.size, -1)
    followed = np.flatnonzero(done.continues >= 0)
    follower[done.continues[followed]] = followed
    along = (follower[slots] >= 0) & (rng.random(slots.size) < 0.5)
    project = np.concatenate([followed, follower[slots[along]]])
    person = np.concatenate([done.owner[done.continues[followed]], drawn[along]])
    return project, person, np.ones(project.size, bool)


def _seated(
    settings: Settings, rng: np.random.Generator, world: tuple[People, Projects], who: tuple[Index, Index, Mask]
) -> Seats:
    staff, done = world
    project, person, carried = who
    owns = done.owner[project] == person
    length = np.minimum(done.end[project] - done.start[project], 200)
    late = ~owns & ~carried & (rng.random(project.size) < 0.15)
    start = done.start[project] + np.where(late, length * rng.random(project.size) * 0.5, 0).astype(np.int64)
    start = np.maximum(start, staff.joined[person])
    early = ~owns & (done.end[project] < NEVER) & (rng.random(project.size) < 0.12)
    end = done.end[project] - np.where(early, length * rng.random(project.size) * 0.4, 0).astype(np.int64)
    end = np.minimum(end, staff.left[person])
    role = np.where(owns, 3, np.choose(staff.role[person], [0, 1, 2, 1, 4]))
    share = np.maximum(np.round(rng.gamma(2.0, 0.5, project.size) * np.where(owns, 1.6, 1.0), 2), 0.05)
    unwritten = rng.random(done.size) < settings.equal_shares
    share[unwritten[project]] = np.nan
    keep = end > start
    full = Seats(project[keep], person[keep], role[keep], share[keep], start[keep], end[keep])
    falls = (carried & (staff.role[person] == SELLER) & ~owns)[keep]
    return _declining(full, falls)


def _declining(full: Seats, falls: Mask) -> Seats:
    """Split the seats of sellers in deliveries: a smaller share once the customer is in good hands."""
    falls &= (full.end - full.start > HANDED_OVER_DAYS + 5) & ~np.isnan(full.share)
    change = full.start[falls] + HANDED_OVER_DAYS
    end = full.end.copy()
    end[falls] = change
    return Seats(
        project=np.concatenate([full.project, full.project[falls]]),
        person=np.concatenate([full.person, full.person[falls]]),
        role=np.concatenate([full.role, full.role[falls]]),
        share=np.concatenate([full.share, np.round(full.share[falls] * DECLINED_SHARE, 3)]),
        start=np.concatenate([full.start, change]),
        end=np.concatenate([end, full.end[falls]]),
    )


def project_trust(settings: Settings, rng: np.random.Generator, size: int, seated: Seats, trust: Number) -> Number:
    """Trust that a project earns, (projects,) in sd: mean by share, pulled towards the least trusted member."""
    share = np.nan_to_num(seated.share, nan=1.0)
    weight = np.bincount(seated.project, share, size)
    mean = np.bincount(seated.project, share * trust[seated.person], size) / np.maximum(weight, 1e-9)
    weakest = mean.copy()
    np.minimum.at(weakest, seated.project, trust[seated.person])
    pulled = (1 - settings.weakest_link) * mean + settings.weakest_link * weakest
    trusted: Number = 1.3 * (pulled - pulled.mean()) + 0.3 * rng.standard_normal(size)
    return trusted
