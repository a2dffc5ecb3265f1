"""The goods of a candidate: which of those the story names are the act's own."""

from collections import Counter
from collections.abc import Iterator

from services.classify.candidates import Candidate
from services.classify.clauses import PARTY_TAGS, distance
from services.classify.marks import Mark
from services.classify.sentences import Sentence
from services.classify.weights import Weights, total

Claims = dict[str, Mark]
"""Code or id -> the words that show it."""
NEAR_WORDS = 6
HEAD = 3
"""The title and the first two sentences."""
LIST = 3
OFTEN = 4
"""Sentences from which on a good is named as often as any."""
TELLING_CUES = ("cue.history", "cue.market", "cue.cause", "date.old", "cue.opinion")
GENERIC = frozenset({"critical-minerals", "metals", "raw-materials", "chemicals", "machinery", "food"})


def goods(candidate: Candidate, weights: Weights) -> Claims:
    """Return the goods concerned, each with the words that show it best."""
    row = weights.good[candidate.kind.value]
    best: dict[str, tuple[float, Mark]] = {}
    for mark, features in good_mentions(candidate):
        score = total(row, features)
        if score > 0 and (mark.value not in best or score > best[mark.value][0]):
            best[mark.value] = (score, mark)
    return {value: mark for value, (_, mark) in sorted(best.items())}


def good_mentions(candidate: Candidate) -> Iterator[tuple[Mark, dict[str, float]]]:
    """Give every mention of a good in the story, and what its place says."""
    in_title = {m.value for s in candidate.scene.sentences if s.title for m in s.having("good")}
    in_act = {m.value for m in candidate.best.sentence.having("good")}
    told_in = Counter(value for s in candidate.scene.sentences for value in {m.value for m in s.having("good")})
    at_head = {m.value for s in candidate.scene.sentences if s.number < HEAD for m in s.having("good")}
    for sentence in candidate.scene.sentences:
        for mark in sentence.having("good"):
            features = dict(_features(candidate, sentence, mark, in_title, in_act))
            if mark.value in at_head and told_in[mark.value] > 1:
                features["at the head and again"] = round(min(told_in[mark.value], OFTEN) / OFTEN, 4)
            yield mark, features


def _features(
    candidate: Candidate, sentence: Sentence, mark: Mark, in_title: set[str], in_act: set[str]
) -> Iterator[tuple[str, float]]:
    yield from ((name, 1.0) for name, holds in _places(candidate, sentence, mark, in_title, in_act) if holds)
    telling = next((clause for clause in candidate.clauses if clause.sentence is sentence), None)
    if telling is not None:
        yield "where the act is told", 1.0
        yield from _beside(telling.anchor, mark, candidate.scene.grammar.stretch)
    yield from ((f"beside {tag}", 1.0) for tag in TELLING_CUES if sentence.having(tag))


def _places(
    candidate: Candidate, sentence: Sentence, mark: Mark, in_title: set[str], in_act: set[str]
) -> Iterator[tuple[str, bool]]:
    here = candidate.best.sentence.number
    elsewhere = not in_act and not sentence.title and sentence.number != here
    yield "in the act's sentence", sentence.number == here
    yield "the act's sentence names none", elsewhere
    yield "in the next sentence", elsewhere and sentence.number == here + 1
    yield "in the title", sentence.title
    yield "named in the title", mark.value in in_title
    yield "at the head of the story", sentence.number < HEAD
    yield "a general name", mark.value in GENERIC
    yield "one of a list", len({m.value for m in sentence.having("good")}) >= LIST
    yield "a country's own", _belongs_to_a_country(sentence, mark, candidate.scene.grammar.stretch)


def _beside(anchor: Mark, mark: Mark, stretch: int) -> Iterator[tuple[str, float]]:
    gap = distance(anchor, mark)
    if gap == 0:
        yield "touches the act", 1.0
    if gap <= NEAR_WORDS * stretch:
        yield "near the act", 1.0
    yield ("after the act" if mark.start > anchor.start else "before the act"), 1.0


def _belongs_to_a_country(sentence: Sentence, mark: Mark, stretch: int) -> bool:
    return any(distance(party, mark) < stretch for party in sentence.having(*PARTY_TAGS))
