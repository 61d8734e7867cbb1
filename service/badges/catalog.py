"""The badges that a person can grant."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Badge:
    """One badge: its key in addresses and files, its name, and what it is for."""

    key: str
    name: str
    meaning: str


BADGES = (
    Badge("bridge_builder", "Bridge builder", "Brought people together who would not have met."),
    Badge("clear_writer", "Clear writer", "Others used what you wrote."),
    Badge("good_listener", "Good listener", "Heard what the customer needed, and acted on it."),
    Badge("problem_solver", "Problem solver", "Found the way when nobody saw one."),
    Badge("safe_hands", "Safe hands", "Took over, and nothing was lost."),
)
KEYS = frozenset(badge.key for badge in BADGES)
