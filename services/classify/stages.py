"""The stage of an act: proposed, adopted, expanded, eased or ended, from the verbs around it."""

from collections.abc import Iterator

from schemas.detection import Stage
from services.classify.candidates import Candidate
from services.classify.clauses import Clause, distance
from services.classify.marks import Mark
from services.classify.sentences import Sentence
from services.classify.weights import Weights, total

STAGE_TAGS = (
    "op.impose",
    "op.expand",
    "op.ease",
    "op.end",
    "op.sign",
    "op.propose",
    "op.effect",
    "cue.condition",
    "cue.modal",
    "cue.negation",
    "cue.call",
    "cue.official",
    "cue.unchanged",
    "date.future",
)
GROUPS = {"proposed": (Stage.PROPOSED,), "new": (Stage.ADOPTED, Stage.EXPANDED), "eased": (Stage.EASED, Stage.ENDED)}
"""The stages that are told apart by weights; within a group the nearest verb decides."""
_WITHIN = {"new": ("op.expand", ("op.impose", "op.sign", "op.effect")), "eased": ("op.end", ("op.ease",))}
_UNDOING = ("op.ease", "op.end")
_DOING = ("op.impose", "op.sign", "op.expand")
CLOSE = 4


def stage_of(candidate: Candidate, weights: Weights) -> tuple[Stage, Mark]:
    """Return the stage and the words that show it."""
    features = dict(stage_features(candidate))
    group = max(GROUPS, key=lambda name: total(weights.stage[name], features))
    stage = _finer(candidate, group)
    return stage, _shown_by(candidate, stage)


def stage_features(candidate: Candidate) -> Iterator[tuple[str, float]]:
    """Give what the verbs say: nearest to the act, elsewhere in its sentence, in the title, in other sentences."""
    best = candidate.best
    stretch = candidate.scene.grammar.stretch
    nearest: dict[str, float] = {}
    for mark in _speaking(best.sentence, best.anchor):
        if best.anchor.start <= mark.start and mark.end <= best.anchor.end:
            # A verb that is the act itself, suspends exports, is as near as can be; lifts in "lifts the ban" is not.
            is_the_act = (mark.start, mark.end) == (best.anchor.start, best.anchor.end)
            for how in ("is the act", "near") if is_the_act else ("within the act",):
                nearest[f"{mark.tag} {how}"] = 1.0
            continue
        closeness = 1.0 / (1.0 + distance(mark, best.anchor) / (CLOSE * stretch))
        side = "before" if mark.last < best.anchor.word else "after"
        for name in (f"{mark.tag} near", f"{mark.tag} {side}"):
            nearest[name] = max(nearest.get(name, 0.0), round(closeness, 4))
    yield from nearest.items()
    elsewhere = {
        f"{mark.tag} in the {_where(clause)}"
        for clause in candidate.clauses[1:5]
        for mark in _speaking(clause.sentence, clause.anchor)
    }
    for sentence in candidate.scene.sentences:
        if sentence.title:
            elsewhere.update(f"{mark.tag} in the title" for mark in _speaking(sentence))
    yield from ((name, 1.0) for name in sorted(elsewhere))
    yield f"told by {best.anchored_by}", 1.0
    yield candidate.kind.value, 1.0


def _speaking(sentence: Sentence, anchor: Mark | None = None) -> list[Mark]:
    """Return the marks that say at which stage the act is.

    Where something is eased or ended, a word of imposing at least as far from the act only names what is eased, and so
    does one of imposing or expanding on the way from the easing to the act: the ban that was announced last week is
    lifted, the recently widened controls are suspended.
    """
    marks = sentence.having(*STAGE_TAGS)
    undoing = [mark for mark in marks if mark.tag in _UNDOING]
    if not undoing:
        return marks
    if anchor is None:
        return [mark for mark in marks if mark.tag != "op.impose"]
    reach = min(distance(mark, anchor) for mark in undoing)
    acts = [mark for mark in sentence.marks if mark.tag.startswith("act.")]
    return [
        mark
        for mark in marks
        if not (mark.tag == "op.impose" and not 0 < distance(mark, anchor) < reach)
        and not (mark.tag in _DOING and any(_on_the_way(one, mark, anchor, acts) for one in undoing))
    ]


def _on_the_way(undoing: Mark, mark: Mark, anchor: Mark, acts: list[Mark]) -> bool:
    """Tell whether a mark stands between an undoing word and the act, with no other act that is undone instead."""
    held = undoing.last < mark.word and mark.last < anchor.word
    return held and not any(undoing.last < act.word and act.last < mark.word for act in acts)


def _where(clause: Clause) -> str:
    return "title" if clause.sentence.title else "lead" if clause.lead else "body"


def _finer(candidate: Candidate, group: str) -> Stage:
    """Tell adopted from expanded and eased from ended by which verb stands nearer to the act."""
    if group not in _WITHIN:
        return GROUPS[group][0]
    special, usual = _WITHIN[group]
    telling = [clause for clause in candidate.clauses if clause is candidate.best or clause.sentence.title]
    near = [_gap(clause, (special,)) for clause in telling]
    other = [_gap(clause, usual) for clause in telling]
    first, second = GROUPS[group]
    is_special = min(near) < min(other) or (near[0] < CLOSE * candidate.scene.grammar.stretch and near[0] <= other[0])
    return second if is_special else first


def _gap(clause: Clause, tags: tuple[str, ...]) -> float:
    return min((distance(mark, clause.anchor) for mark in clause.sentence.having(*tags)), default=float("inf"))


_SHOWN = {
    Stage.PROPOSED: ("op.propose", "cue.condition", "cue.modal"),
    Stage.ADOPTED: ("op.sign", "op.impose", "op.effect"),
    Stage.EXPANDED: ("op.expand",),
    Stage.EASED: ("op.ease", "op.end"),
    Stage.ENDED: ("op.end", "op.ease"),
}


def _shown_by(candidate: Candidate, stage: Stage) -> Mark:
    for clause in candidate.clauses:
        shown = clause.sentence.having(*_SHOWN[stage])
        if shown:
            return min(shown, key=lambda mark: (distance(mark, clause.anchor), mark.start))
    return candidate.best.anchor
