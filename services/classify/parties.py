"""Issuers, targets and goods of a candidate, each with the words that show it."""

from collections.abc import Iterator

from schemas.detection import Kind
from services.classify.candidates import Candidate, clause_mentions
from services.classify.clauses import Clause
from services.classify.marks import Mark
from services.classify.sentences import Sentence
from services.classify.weights import Weights, total

Claims = dict[str, Mark]
"""Code or id -> the words that show it."""
CLAUSES_ASKED = 5
LEAST = -1.5
GENERIC = {"critical-minerals"}


def issuers_and_targets(candidate: Candidate, weights: Weights) -> tuple[Claims, Claims]:
    """Return who acts and who is hit. For a pact the parties act and nobody is hit."""
    acting, hit = _scores(candidate, weights)
    issuers = {code: mark for code, (score, mark) in acting.items() if score > max(0.0, hit.get(code, (0.0,))[0])}
    if not issuers:
        issuers = _fallback(candidate, acting, hit)
    if candidate.kind is Kind.SUPPLY_PACT:
        return issuers, {}
    return issuers, {code: mark for code, (score, mark) in hit.items() if score > 0 and code not in issuers}


def _scores(
    candidate: Candidate, weights: Weights
) -> tuple[dict[str, tuple[float, Mark]], dict[str, tuple[float, Mark]]]:
    acting: dict[str, tuple[float, Mark]] = {}
    hit: dict[str, tuple[float, Mark]] = {}
    for place, clause in enumerate(candidate.clauses[:CLAUSES_ASKED]):
        standing = _standing(clause, place)
        for mention in clause_mentions(clause, candidate.scene):
            for table, rows in ((acting, weights.issuer), (hit, weights.target)):
                score = total(rows[candidate.kind.value], {**mention.features, **standing})
                if mention.code not in table or score > table[mention.code][0]:
                    table[mention.code] = (score, mention.mark)
    return acting, hit


def _standing(clause: Clause, place: int) -> dict[str, float]:
    """Say how much a clause has to say about the act: the best one everything, the body of the text little."""
    if place == 0:
        return {}
    return {"supporting clause": 1.0} if clause.sentence.title or clause.lead else {"clause of the body": 1.0}


def _fallback(
    candidate: Candidate, acting: dict[str, tuple[float, Mark]], hit: dict[str, tuple[float, Mark]]
) -> Claims:
    """Nobody acts in the sentence itself: take the likeliest there, else who is named first in the story."""
    likely = sorted(
        (-score, mark.start, code)
        for code, (score, mark) in acting.items()
        if score > LEAST and hit.get(code, (0.0,))[0] <= 0
    )
    if likely:
        return {likely[0][2]: acting[likely[0][2]][1]}
    return next(_first_named(candidate, frozenset(code for code, (score, _) in hit.items() if score > 0)), {})


def _first_named(candidate: Candidate, hit: frozenset[str]) -> Iterator[Claims]:
    sentences = sorted(
        candidate.scene.sentences, key=lambda s: (abs(s.number - candidate.best.sentence.number), s.number)
    )
    for sentence in sentences:
        for mark in sentence.having("actor.agency", "actor.leader", "actor.country"):
            if mark.value not in hit:
                yield {mark.value: mark}


def goods(candidate: Candidate) -> Claims:
    """Return the goods concerned: those of the sentences that tell the act, and of the title."""
    found: Claims = {}
    for sentence in _telling(candidate):
        for mark in sentence.having("good"):
            found.setdefault(mark.value, mark)
    return found


def _telling(candidate: Candidate) -> Iterator[Sentence]:
    numbers = [
        clause.sentence.number
        for clause in candidate.clauses
        if clause is candidate.best or clause.lead or clause.sentence.title
    ]
    by_number = {sentence.number: sentence for sentence in candidate.scene.sentences}
    for number in dict.fromkeys(numbers):
        yield by_number[number]
    following = by_number.get(candidate.best.sentence.number + 1)
    if following and not candidate.best.sentence.having("good") and not following.having("cue.history"):
        yield following


def hit_or_signing(candidate: Candidate) -> Claims:
    """Return the companies named in the sentence of the act, as the text writes them."""
    return {
        candidate.scene.text[mark.start : mark.end]: mark
        for mark in candidate.best.sentence.marks
        if mark.tag == "actor.company"
    }


__all__ = ["Claims", "goods", "hit_or_signing", "issuers_and_targets"]
