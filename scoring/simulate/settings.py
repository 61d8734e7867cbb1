"""What kind of organization is simulated: every setting with its unit, and two presets."""

import msgspec


class InvalidSettings(ValueError):
    """A setting is outside its range; the message names it, its range and the value."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Size, habits and luck of an organization; shares and chances lie in 0-1, latent values in sd of quality."""

    # Who there is
    name: str = "Järvi & Koski Oy"  # of the organization
    domain: str = "jarvi-koski.example"  # of its e-mail
    people: int = 120  # rows of people, those who left among them
    years: float = 2.0  # of history up to `until`
    team_size: float = 8.0  # people in a team, on average
    newcomers: float = 0.15  # share of people who joined within the history
    leavers: float = 0.08  # share of people who left within it
    movers: float = 0.05  # share of people who changed team within it
    absent: float = 0.06  # share of people with one long leave within it
    # Work
    customers_per_person: float = 0.4
    contacts_per_customer: float = 2.5  # on average, at least one
    known_contacts: float = 0.85  # share of contacts whom somebody of ours knew
    projects_per_person_year: float = 1.2  # opportunities and developments begun; a won one becomes a delivery besides
    project_size: float = 4.5  # people in a project, on average, before absences
    across_teams: float = 0.3  # chance that a member comes from outside the team
    equal_shares: float = 0.2  # share of projects that write no shares down
    won: float = 0.5  # chance that an average seller wins an opportunity
    territory_sd: float = 0.4  # log of revenue between territories: luck, nobody's doing
    documents_per_person_year: float = 1.5
    # Latent people
    general: float = 0.5  # share of quality's variance that all criteria have alike
    visibility_with_quality: float = 0.0  # correlation, from -1 to 1
    leniency_sd: float = 0.6  # between givers
    team_leniency_sd: float = 0.2  # between teams of givers
    halo: float = 0.4  # how far, on average, a giver's ratings of one person shrink to one impression
    drift_sd: float = 0.2  # change of quality a year
    learning: float = 0.6  # how far below themselves newcomers begin; gone by half in four months
    # Voices
    pair_sd: float = 0.5  # how two people get on
    occasion_sd: float = 0.35  # the day's mood
    noise_sd: float = 0.9  # of one rating
    generosity: float = 0.8  # how far an average colleague lies above the middle of the words of the scale
    asks_per_round: int = 4  # colleagues each is asked about, at most
    rounds_per_year: int = 4
    answered: float = 0.75  # chance that an ask is answered
    declined: float = 0.05  # chance that an ask is declined
    spontaneous_per_person_year: float = 2.0  # answers that nobody asked for
    visibility_pull: float = 0.9  # log odds per sd of visibility to be chosen for thanks; half of it for feedback
    liking_pull: float = 0.25  # log odds per sd of quality to be chosen for either
    kudos_per_person_year: float = 8.0
    badges_per_person_year: float = 0.4
    finnish: float = 0.65  # share of people and contacts who write Finnish, the others English
    # Customers
    responses_per_project_year: float = 14.0  # occasions on which a customer could say something
    silent_unhappy: float = 0.5  # chance that an unhappy customer (1 sd down) says nothing, beyond a happy one
    customer_sd: float = 0.6  # between customers: how easily they are pleased
    contact_sd: float = 0.3  # between contacts of one customer
    weakest_link: float = 0.3  # how far a project is what its least trusted member is, against the mean by share
    over_service_pull: float = 0.8  # satisfaction bought per log of delivered over agreed effort
    # Care and consent
    care_answered: float = 0.8  # chance that an average owner makes a due call
    no_consent: float = 0.03  # share of person and source never consented
    withdrawn: float = 0.02  # share of person and source consented and withdrawn
    retracted: float = 0.001  # share of kudos, feedback and signals retracted, at least one of each unless it is 0
    # What a few do beside the others (scoring.md, section 5)
    acted: bool = True  # False: those picked for what follows behave like everybody: the counterfactual of the seed
    loud_circle: int = 0  # people of several teams who give each other many 5s and thanks, and run all others down
    quiet_circle: int = 0  # people of one team who give each other 5 on everything, in shared work only
    praising_teams: int = 0  # teams of average quality that give each other 5 on everything, and mean it
    inventors: int = 0  # people who invent contacts that nobody knew, who praise their projects in bursts
    bullied: int = 0  # people to whom two colleagues of their team give 1 on everything
    over_servers: float = 0.0  # share of people whose own projects all deliver much beyond what was agreed
    opting_out: float = 0.0  # share of people who consent to two sources only, each source refused by a third of them
    # How work is spread
    hard_teams: float = 0.0  # share of teams that serve only the customers hardest to please, 1 sd harder than drawn
    isolated_teams: int = 0  # teams that work and speak only among themselves
    part_timers: float = 0.0  # share of people who work every other day

    def __post_init__(self) -> None:
        """Refuse what no organization can be."""
        for field in SHARES:
            _within(self, field, 0, 1)
        _within(self, "people", 2, 2_000_000)
        _within(self, "years", 0.25, 50)
        _within(self, "team_size", 2, 1000)
        _within(self, "visibility_with_quality", -1, 1)
        for field in COUNTS:
            _within(self, field, 0, self.people)


SHARES = (
    "newcomers", "leavers", "movers", "absent", "known_contacts", "across_teams", "equal_shares", "won", "general",
    "halo", "answered", "declined", "finnish", "silent_unhappy", "weakest_link", "care_answered", "no_consent",
    "withdrawn", "retracted", "over_servers", "opting_out", "hard_teams", "part_timers",
)  # fmt: skip
COUNTS = ("loud_circle", "quiet_circle", "praising_teams", "inventors", "bullied", "isolated_teams")


def _within(settings: Settings, field: str, low: float, high: float) -> None:
    value = getattr(settings, field)
    if not low <= value <= high:
        raise InvalidSettings(f"{field} is {value:g}, but must lie from {low:g} to {high:g}")


EXAMPLE = Settings()
TINY = Settings(
    name="Pikkupaja Oy",
    domain="pikkupaja.example",
    people=8,
    newcomers=0.13,
    leavers=0.0,
    movers=0.0,
    absent=0.0,
    customers_per_person=1.0,
    project_size=3.5,
)
