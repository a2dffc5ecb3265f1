"""Compare one fact of a report with the same fact of a measure: points for or against, with the reason (pure).

A fact that either side lacks speaks neither for nor against: reports differ in what they leave out.
"""

from collections.abc import Collection
from dataclasses import dataclass

from schemas.countries import overlaps
from schemas.detection import Detection, Kind, Stage
from services.alert import instrument
from services.alert.goods import Likeness, likeness
from services.alert.known import KnownMeasure
from services.alert.moments import Distance, Relation

# Two parties against three are another pact; three against four are one pact told with a party left out.
PARTIES_WORTH_LEAVING_OUT = 3


@dataclass(frozen=True)
class Weighed:
    """Points for (positive) or against (negative) one act, and why; `veto` ends the comparison."""

    points: int
    reason: str
    veto: bool = False

    def __str__(self) -> str:
        """Return the reason with its points, as it is shown to people."""
        return self.reason if self.veto or not self.points else f"{self.reason} ({self.points:+d})"


@dataclass(frozen=True)
class Facts:
    """A measure's facts for comparison: those of its founding report, completed by what that report lacked."""

    issuers: frozenset[str]
    targets: frozenset[str]
    entities: frozenset[str]
    commodities: frozenset[str]
    instruments: tuple[str, ...]

    @classmethod
    def of(cls, measure: KnownMeasure) -> "Facts":
        """Return what a report is compared with."""
        founding = measure.founding
        return cls(
            frozenset(founding.issuers or measure.issuers),
            frozenset(founding.targets or measure.targets),
            frozenset(map(plain, (*founding.entities, *measure.entities))),
            frozenset(founding.commodities or measure.commodities),
            tuple(name for name in dict.fromkeys((founding.instrument, measure.instrument)) if name),
        )


def plain(name: str) -> str:
    """Return a company's, ship's or person's name without case, dots and what follows the name proper."""
    words = name.casefold().replace(".", "").replace(",", " ").split()
    endings = {"inc", "ltd", "llc", "plc", "corp", "corporation", "co", "company", "group", "ag", "sa", "oao", "pao", "pjsc", "jsc"}  # fmt: skip  # noqa: E501 - a list of words
    return " ".join(word for word in words if word not in endings) or name.casefold()


def weigh_issuers(kind: Kind, ours: Collection[str], theirs: Collection[str]) -> Weighed:
    """Weigh who acts.

    A bloc and its members are different issuers: the Netherlands' own licensing rule is not an act of the EU, nor is
    a package of the EU an act of the Netherlands. Where a text names both, the shared code speaks.
    """
    left, right = set(ours), set(theirs)
    if not left or not right:
        return Weighed(0, "issuer not named on one side")
    shared = left & right
    if not shared:
        return Weighed(0, f"other issuers: {listed(left)}, not {listed(right)}", veto=True)
    if kind is Kind.SUPPLY_PACT:
        return _weigh_parties(left, right, shared)
    if left == right:
        return Weighed(3, f"same issuers: {listed(shared)}")
    return Weighed(2 if shared in (left, right) else 1, f"issuer in common: {listed(shared)}")


def _weigh_parties(left: set[str], right: set[str], shared: set[str]) -> Weighed:
    fewer, more = sorted((left, right), key=len)
    if left == right:
        return Weighed(4 if len(shared) > 1 else 2, f"same parties: {listed(shared)}")
    if len(fewer) == 1:
        return Weighed(1, f"party in common: {listed(shared)}; one report names no other")
    if shared == fewer:
        points = 2 if len(fewer) >= PARTIES_WORTH_LEAVING_OUT else -1
        return Weighed(points, f"{listed(more - fewer)} is a party in one report only")
    if len(shared) == 1:
        return Weighed(0, f"other parties: {listed(left - shared)}, not {listed(right - shared)}", veto=True)
    return Weighed(0, f"parties in common: {listed(shared)}, others not")


def weigh_targets(kind: Kind, ours: Collection[str], theirs: Collection[str]) -> Weighed:
    """Weigh whom it hits; a bloc and its member overlap here, since what hits the one hits the other."""
    if kind is Kind.SUPPLY_PACT:
        return Weighed(0, "a pact has no target")
    left, right = set(ours), set(theirs)
    if not left and not right:
        return Weighed(1 if kind is Kind.EXPORT_CONTROL else 0, "no target named by either")
    if not left or not right:
        return Weighed(0, "target not named on one side")
    if left == right:
        return Weighed(2, f"same targets: {listed(left)}")
    if overlaps(left, right):
        return Weighed(1, f"targets in common: {listed(left & right or left)}")
    return Weighed(-4, f"other targets: {listed(left)}, not {listed(right)}")


def weigh_goods(kind: Kind, ours: Collection[str], theirs: Collection[str]) -> Weighed:
    """Weigh what it is about: the same good, or one within the other, speaks for; goods far apart speak against."""
    if not ours or not theirs:
        return Weighed(0, "goods not named on one side")
    match likeness(ours, theirs):
        case Likeness.SAME:
            both = set(ours) & set(theirs)
            wording = f"goods in common: {listed(both)}" if both else f"{listed(ours)} and {listed(theirs)} overlap"
            return Weighed(2, wording)
        case Likeness.FEW:
            return Weighed(-2, f"mostly other goods: {listed(ours)}, not {listed(theirs)}")
        case Likeness.GROUP:
            # One control often lists many goods of a group, of which each paper names its own; pacts name theirs.
            points = -3 if kind is Kind.SUPPLY_PACT else -2
            return Weighed(points, f"other goods of the same group: {listed(ours)}, not {listed(theirs)}")
        case Likeness.APART:
            return Weighed(-4, f"other goods: {listed(ours)}, not {listed(theirs)}")


def weigh_entities(ours: Collection[str], theirs: Collection[str]) -> Weighed:
    """Weigh who is named; names in two scripts cannot be compared and say nothing."""
    left, right = {plain(name) for name in ours}, set(theirs)
    if not left or not right:
        return Weighed(0, "no names to compare")
    if shared := left & right:
        return Weighed(3, f"names in common: {listed(shared)}")
    if all(name.isascii() for name in left | right):
        return Weighed(-1, f"other names: {listed(left)}, not {listed(right)}")
    return Weighed(0, "names in different scripts")


def weigh_instrument(ours: str | None, theirs: Collection[str]) -> Weighed:
    """Weigh the act's own name: one number is proof, two numbers of one series are two acts."""
    verdicts = {instrument.agree(ours, name) for name in theirs}
    if True in verdicts:
        return Weighed(4, f"same instrument: {ours}")
    if False in verdicts:
        return Weighed(0, f"other instrument: {ours}, not {listed(theirs)}", veto=True)
    return Weighed(0, "no instrument to compare")


def weigh_article(detection: Detection, measure: KnownMeasure) -> Weighed:
    """Weigh that the same article was here before: an edit speaks of the same acts, one text may tell two."""
    earlier = [s for s in measure.support if s.reporter.article_id == detection.article.id]
    if any(s.revision != detection.article.revision for s in earlier):
        return Weighed(3, "another revision of an article that supports it")
    return Weighed(0, "another article")


def is_dense(kind: Kind, stage: Stage) -> bool:
    """Tell whether acts of this sort follow each other within days: sanctions on one country do, easings do not."""
    return kind is Kind.SANCTION and stage not in {Stage.EASED, Stage.ENDED}


def weigh_time(distance: Distance, *, dense: bool, certain: bool) -> Weighed:
    """Weigh how far apart the reports are.

    Where acts follow each other closely (`dense`), and no name or number is shared (`certain`), time is short. A later
    stage may take long: only what contradicts the order of a life is excluded.
    """
    relation = distance.relation
    echo = 1 if relation is Relation.SAME else 0
    if distance.days is None:
        return Weighed(echo, f"{relation.value}, date unknown")
    reason = f"{relation.value}, {distance.days:.0f} days apart"
    if relation in {Relation.AGAIN, Relation.BEFORE} and not certain:
        return Weighed(0, reason, veto=True)
    for days, points in _STEPS[relation in {Relation.SAME, Relation.LATE}, dense and not certain]:
        if distance.days <= days:
            return Weighed(points + echo, reason)
    return Weighed(0, f"too far apart in time: {reason}", veto=True)


_STEPS: dict[tuple[bool, bool], tuple[tuple[int, int], ...]] = {
    # (an echo, dense): (up to so many days, so many points)
    (True, False): ((3, 3), (7, 2), (14, 1), (21, 0), (35, -1), (60, -3)),
    (True, True): ((2, 3), (4, 2), (7, 0), (14, -2), (35, -4)),
    (False, False): ((30, 2), (90, 1), (400, 0)),
    (False, True): ((10, 2), (35, 1), (90, -1), (400, -3)),
}


def listed(codes: Collection[str]) -> str:
    """Return codes in order, for a reason."""
    return ", ".join(sorted(codes))
