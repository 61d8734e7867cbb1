"""Frames of what happened: rounds, asks, feedback, kudos, badges, signals, documents, hand-overs, care, retractions."""

import numpy as np
import polars as pl

from scoring.exchange.columns import ABOUT, ASPECTS, CARE_KINDS, CARE_OUTCOMES, SIGNAL_KINDS, STANDARD_CRITERIA
from scoring.simulate import aftercare, words
from scoring.simulate.calendar import Moments, instants, opening
from scoring.simulate.frames import Cells, choice, evidence, frame, ids, known, named, number, whole
from scoring.simulate.people import People
from scoring.simulate.register import Names
from scoring.simulate.settings import Settings
from scoring.simulate.signals import Responses, Signals
from scoring.simulate.voices import ROUND_DAYS, Asks, Ratings, Thanks
from scoring.simulate.work import Market

COMMENTED = 0.2  # share of answers with a comment
UNHAPPY, HAPPY = -0.6, 0.6  # latent satisfaction under and over which customers choose other words
RETRACTED_WEEKS = 8  # after which nothing is retracted any more


def rounds(days: Moments, of: Names) -> pl.DataFrame:
    """Tell of rounds; the newest is still open."""
    cells = {
        "round": ids("round", days.size),
        "opened": known(opening(days), of.until),
        "closed": known(opening(days + ROUND_DAYS), of.until),
    }
    return frame("rounds", cells)


def asks(asked: Asks, of: Names, opened: Moments) -> pl.DataFrame:
    """Who was asked about whom."""
    met = asked.meetings
    cells = {
        "round": named(ids("round", opened.size), asked.round),
        "giver": named(of.people, met.giver),
        "receiver": named(of.people, met.receiver),
        "project": named(of.projects, met.project),
        "at": known(asked.at, of.until),
        "declined_at": known(asked.declined, of.until),
    }
    return evidence("asks", cells, of.until, asked.at)


def feedback(rng: np.random.Generator, given: Ratings, staff: People, of: Names) -> pl.DataFrame:
    """Ratings; a comment stands with the first of an answer."""
    answers = int(given.answer.max(initial=-1)) + 1
    opens = np.concatenate([[True], given.answer[1:] != given.answer[:-1]])[: given.answer.size]
    commented = opens & (rng.random(answers) < COMMENTED)[given.answer]
    level = np.select([given.rating <= 2, given.rating == 3], [0, 1], 2)
    said = words.say(rng, words.COMMENTS, 2 * level + staff.finnish[given.giver])
    at = known(given.at, of.until)
    cells: Cells = {
        "answer": named(ids("answer", answers), given.answer),
        "giver": named(of.people, given.giver),
        "receiver": named(of.people, given.receiver),
        "project": named(of.projects, given.project),
        "round": named(ids("round", int(given.round.max(initial=0)) + 1), given.round),
        "criterion": choice(STANDARD_CRITERIA, given.criterion),
        "rating": given.rating,
        "comment": said.set(pl.Series(~commented), None),
        "at": at,
        "recorded_at": at,
    }
    return evidence("feedback", cells, of.until, given.at)


def kudos(rng: np.random.Generator, given: Thanks, staff: People, of: Names) -> pl.DataFrame:
    """Thanks in the giver's language."""
    met = given.meetings
    named_criterion = np.where(given.criterion < 0, len(STANDARD_CRITERIA), given.criterion)
    cells = {
        "giver": named(of.people, met.giver),
        "receiver": named(of.people, met.receiver),
        "project": named(of.projects, met.project),
        "criterion": choice(STANDARD_CRITERIA, given.criterion),
        "message": words.say(rng, words.THANKS, 2 * named_criterion + staff.finnish[met.giver]),
        "at": known(given.at, of.until),
    }
    return evidence("kudos", cells, of.until, given.at)


def badges(rng: np.random.Generator, given: Thanks, of: Names) -> pl.DataFrame:
    """Badges that people gave."""
    met = given.meetings
    cells = {
        "badge": choice(words.BADGES, rng.integers(0, len(words.BADGES), met.giver.size)),
        "receiver": named(of.people, met.receiver),
        "project": named(of.projects, met.project),
        "giver": named(of.people, met.giver),
        "at": known(given.at, of.until),
    }
    return evidence("badges", cells, of.until, given.at)


def signals(rng: np.random.Generator, spoken: tuple[Responses, Signals], customers: Market, of: Names) -> pl.DataFrame:
    """Signals with the customers' own words."""
    said, learnt = spoken
    row = learnt.response
    mood = np.select([said.happiness < UNHAPPY, said.happiness < HAPPY], [0, 1], 2)
    about = np.where(said.about < 0, 1, said.about)
    finnish = np.where(said.contact < 0, 0, customers.finnish[said.contact])
    comment = words.say(rng, words.CUSTOMER_WORDS, (6 * mood + 2 * about + finnish)[row])
    at = said.at[row]
    cells = {
        "response": named(ids("response", said.kind.size), row),
        "project": named(of.projects, said.project[row]),
        "contact": named(of.contacts, said.contact[row]),
        "kind": choice(SIGNAL_KINDS, said.kind[row]),
        "aspect": choice(ASPECTS, learnt.aspect),
        "value": number(learnt.value),
        "about": choice(ABOUT, said.about[row]),
        "comment": comment.set(pl.Series(~learnt.comment), None),
        "recorded_by": named(of.people, said.recorded_by[row]),
        "at": known(at, of.until),
    }
    return evidence("signals", cells, of.until, at)


def documents(rng: np.random.Generator, written: aftercare.Documents, of: Names) -> pl.DataFrame:
    """Tell what was written, and which project used it."""
    cells = {
        "project": named(of.projects, written.project),
        "author": named(of.people, written.author),
        "title": choice(words.DOCUMENTS, rng.integers(0, len(words.DOCUMENTS), written.at.size)),
        "at": known(written.at, of.until),
        "used_by": named(of.projects, written.used_by),
    }
    return evidence("documents", cells, of.until, written.at)


def handovers(passed: aftercare.Handovers, of: Names) -> pl.DataFrame:
    """Accounts that passed from one to another."""
    rated = (passed.rating > 0) & (passed.accepted < of.until)
    cells = {
        "project": named(of.projects, passed.project),
        "from_person": named(of.people, passed.giver),
        "to_person": named(of.people, passed.taker),
        "at": known(passed.at, of.until),
        "accepted_at": known(passed.accepted, of.until),
        "rating": whole(np.where(rated, passed.rating, -1)),
    }
    return evidence("handovers", cells, of.until, passed.at)


def care(calls: aftercare.Care, of: Names) -> pl.DataFrame:
    """Tell of calls; those due later are planned already."""
    made = calls.done < of.until
    cells: Cells = {
        "project": named(of.projects, calls.project),
        "owner": named(of.people, calls.owner),
        "kind": choice(CARE_KINDS, calls.kind),
        "due": instants(calls.due),
        "done": known(calls.done, of.until),
        "outcome": choice(CARE_OUTCOMES, np.where(made, calls.outcome, -1)),
        "needs_changed": whole(np.where(made, calls.changed, -1)),
        "moved_by_customer": calls.moved,
    }
    order = np.lexsort((calls.kind, calls.due))
    return frame("care", cells)[order].with_columns(id=ids("care", calls.due.size))


def retractions(
    settings: Settings, rng: np.random.Generator, frames: dict[str, pl.DataFrame], of: Names
) -> pl.DataFrame:
    """Hide, contest or correct some rows within weeks; at least one of each file that has any, none if that is set."""
    end = instants(np.array([of.until]))[0]
    parts = []
    for file, reason in (("feedback", "contested"), ("kudos", "hidden"), ("signals", "corrected")):
        rows = frames[file]
        count = min(rows.height, max(1 if settings.retracted else 0, round(settings.retracted * rows.height)))
        taken = rows[np.sort(rng.permutation(rows.height)[:count])]
        delay = pl.Series(rng.integers(1, RETRACTED_WEEKS, taken.height, endpoint=True) * 7 * 86_400_000_000).cast(
            pl.Duration("us")
        )
        at = pl.Series("at", taken["at"] + delay)
        kept = (
            taken.select("id").with_columns(at=at, file=pl.lit(file), reason=pl.lit(reason)).filter(pl.col("at") < end)
        )
        parts.append(kept)
    every = pl.concat(parts)
    return frame("retractions", every.to_dict())
