"""Issuers and targets of a candidate, each with the words that show it."""

from collections.abc import Iterator, Sequence

from schemas.detection import Kind
from services.classify.candidates import Candidate, clause_mentions
from services.classify.clauses import Clause
from services.classify.goods import Claims
from services.classify.marks import Mark
from services.classify.naming import MOST, named_entities
from services.classify.weights import Weights, total

CLAUSES_ASKED = 5
LEAST = -1.5


def issuers_and_targets(candidate: Candidate, weights: Weights) -> tuple[Claims, Claims]:
    """Return who acts and who is hit. For a pact the parties act and nobody is hit.

    The clause that tells the act best and the title are asked first; others only where those do not name enough.
    """
    pact = candidate.kind is Kind.SUPPLY_PACT
    clauses = candidate.clauses[:CLAUSES_ASKED]
    nearest = [clause for clause in clauses if clause is candidate.best or clause.sentence.title]
    acting, hit = _scores(candidate, nearest, weights)
    issuers = _likelier(acting, hit)
    if len(issuers) < (2 if pact else 1):
        acting, hit = _scores(candidate, clauses, weights)
        issuers = _likelier(acting, hit)
    elif not pact and not any(score > 0 for score, _ in hit.values()):
        _, hit = _scores(candidate, clauses, weights)
    if not issuers:
        issuers = _fallback(candidate, acting, hit)
    if pact:
        return issuers, {}
    return issuers, {code: mark for code, (score, mark) in hit.items() if score > 0 and code not in issuers}


Scores = dict[str, tuple[float, Mark]]


def _likelier(acting: Scores, hit: Scores) -> Claims:
    return {code: mark for code, (score, mark) in acting.items() if score > max(0.0, hit.get(code, (0.0,))[0])}


def _scores(candidate: Candidate, clauses: Sequence[Clause], weights: Weights) -> tuple[Scores, Scores]:
    acting: Scores = {}
    hit: Scores = {}
    kind = candidate.kind.value
    for mark, code, features in weighed_mentions(candidate, clauses):
        for table, rows in ((acting, weights.issuer), (hit, weights.target)):
            score = total(rows[kind], features)
            if code not in table or score > table[code][0]:
                table[code] = (score, mark)
    return acting, hit


def weighed_mentions(candidate: Candidate, clauses: Sequence[Clause]) -> Iterator[tuple[Mark, str, dict[str, float]]]:
    """Give every mention of an actor in these clauses of the act: words, code, what its place says."""
    for clause in clauses:
        standing = {} if clause is candidate.best else _standing(clause)
        for mention in clause_mentions(clause, candidate.scene):
            yield mention.mark, mention.code, {**mention.features, **standing}


def _standing(clause: Clause) -> dict[str, float]:
    """Say how much a clause that only supports the best one has to say about the act: in the body little."""
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


def hit_or_signing(candidate: Candidate) -> Claims:
    """Return the companies and ships named where the act is told, as the text writes them."""
    text, sentence = candidate.scene.text, candidate.best.sentence
    spans = [(mark.start, mark.end) for mark in sentence.having("actor.company")]
    spans += named_entities(text, sentence.start, sentence.end, sentence.marks)
    found: Claims = {}
    taken = -1
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= taken:
            found.setdefault(text[start:end], Mark(start, end, "entity", text[start:end]))
            taken = end
    return dict(list(found.items())[:MOST])
