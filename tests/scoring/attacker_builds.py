"""Gates with a hole each, which the attacker must find."""

from dataclasses import replace

import numpy as np

from scoring import release as gate
from scoring.model.peers import peer_means
from scoring.model.score import conclude, score
from scoring.release_blocks import frozen_peers
from tests.scoring.attacked import POLICY
from tests.scoring.attacker import Build, blocks_of, show
from tests.scoring.small import day, micros


def nobody(previous, night):
    """Release through this channel nothing at all."""
    return previous


def everything_raw(state, evidence, at):
    """Show what the engine found."""
    return gate.everything(score(evidence, POLICY, day(at)))


def _with(previous, night, **changed):
    """Release as the gate does, with other parts."""
    kept = {name: getattr(gate, name) for name in changed}
    try:
        for name, part in changed.items():
            setattr(gate, name, part)
        return gate.release(previous, night)
    finally:
        for name, part in kept.items():
            setattr(gate, name, part)


def counting_answers(previous, night):
    """Count k in answers instead of givers."""

    def due(before, said, k):
        new = said.feedback.recorded >= before.until.ravel()[said.cell]
        return np.bincount(said.cell[new], minlength=before.until.size).reshape(before.until.shape) >= k

    return _with(previous, night, _due=due)


def counting_since_ever(previous, night):
    """Ask for k givers once, and then for one new answer."""

    def due(before, said, k):
        everybody = said.givers(np.ones(len(said.cell), bool), before.until.shape)
        new = said.givers(said.feedback.recorded >= before.until.ravel()[said.cell], before.until.shape)
        return (everybody >= k) & (new >= 1)

    return _with(previous, night, _due=due)


def fitting_all(previous, night):
    """Fit what peers say from all answers, also from those that wait."""
    return _with(previous, night, peer_means=lambda _, *rest: peer_means(night.known, *rest))


def exact(previous, night):
    """Release exact figures."""
    return _with(previous, night, BLUR=0.0, GRAIN=2.0**-40)


def _raw_and_shown(state, evidence, at):
    return score(evidence, POLICY, day(at)), show(state, evidence, at)


def raw_teams(state, evidence, at):
    """Freeze people and not their teams."""
    raw, (released, counts) = _raw_and_shown(state, evidence, at)
    team = raw.scores.subject_kind == 1
    return released, counts, raw.scores.estimate[team]


def raw_ranks(state, evidence, at):
    """Rank people by what the engine found."""
    raw, (released, counts) = _raw_and_shown(state, evidence, at)
    return released, counts, raw.standings.subject, raw.standings.rank_low


def raw_evidence(state, evidence, at):
    """Count voices afresh every night."""
    raw, (released, counts) = _raw_and_shown(state, evidence, at)
    return released, counts, raw.scores.evidence


def parts_by_project(state, evidence, at):
    """Explain released people's figures project by project."""
    raw, (released, counts) = _raw_and_shown(state, evidence, at)
    why = raw.explanations
    seen = (why.source == why.sources.index("peers")) & (why.subject_kind == 0) & (why.project >= 0)
    seen &= state.people.known.any(axis=1)[np.where(seen, why.subject, 0)]
    return released, counts, why.subject[seen], why.dimension[seen], why.project[seen], why.amount[seen].round(3)


def raw_scale(state, evidence, at):
    """Compose released figures on the scale of all answers."""
    blocks = blocks_of(evidence, at)
    frozen = frozen_peers(state, evidence, POLICY, micros(at))
    people = replace(frozen.people, centre=blocks.peers.people.centre, spread=blocks.peers.people.spread)
    scores = conclude(evidence, replace(blocks, peers=replace(frozen, people=people)), POLICY, day(at), None)
    return scores.scores.estimate


def counted(state, evidence, at):
    """Say how many answers there are."""
    scores = score(evidence, POLICY, day(at))
    return show(state, evidence, at), scores.counts


def raw_stars(state, evidence, at):
    """Give colleagues' stars by what the engine found."""
    raw, rest = _raw_and_shown(state, evidence, at)
    return rest, raw.stages.colleagues, raw.stages.reasons


NAIVE = Build("everything is released", nobody, everything_raw)
HOLES = (
    Build("k counted in answers", counting_answers, show),
    Build("k since ever", counting_since_ever, show),
    Build("waiting answers take part in the fit", fitting_all, show),
    Build("exact figures", exact, show, blur=0.0),
    Build("teams not frozen", gate.release, raw_teams),
    Build("ranks from raw figures", gate.release, raw_ranks),
    Build("voices counted afresh", gate.release, raw_evidence),
    Build("parts by project", gate.release, parts_by_project),
    Build("the scale of all answers", gate.release, raw_scale),
    Build("how many answers there are", gate.release, counted),
    Build("stars from raw figures", gate.release, raw_stars),
)
