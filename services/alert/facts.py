"""Compare one fact of a report with the same fact of a measure: points for or against, with the reason (pure).

A fact that either side lacks speaks neither for nor against: reports differ in what they leave out. What excludes,
whatever else fits, is in `vetoes`.
"""

from collections.abc import Collection
from datetime import date
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from schemas.countries import overlaps
from schemas.detection import Detection, Kind, Stage
from services.alert import instrument
from services.alert.goods import Likeness, likeness
from services.alert.instrument import Agreement
from services.alert.known import KnownMeasure
from services.alert.moments import LONGEST_STAGE_DAYS, Distance, Relation, phase

# Two parties against three are another pact; three against four are one pact told with a party left out.
PARTIES_WORTH_LEAVING_OUT = 3
EASED = phase(Stage.EASED)


class Weighed(NamedTuple):
    """Points for (positive) or against (negative) one act, and why; `veto` ends the comparison.

    The reason is put into words only where somebody reads it: of a hundred candidates one or two are.
    """

    fact: str
    """What was compared: `issuers`, `targets`, `goods`, `names`, `instrument`, `time`, `article`, `kind`."""
    points: int
    text: str
    about: tuple[Collection[str] | str | float | None, ...] = ()
    veto: bool = False

    def __str__(self) -> str:
        """Return the reason with its points, as it is shown to people."""
        said = (
            part if isinstance(part, str) else listed(part) if isinstance(part, Collection) else part
            for part in self.about
        )
        reason = self.text.format(*said)
        return reason if self.veto or not self.points else f"{reason} ({self.points:+d})"


class Roles(NamedTuple):
    """Who acts and whom it hits, as one report tells it."""

    issuers: Collection[str]
    targets: Collection[str]


def names_of(measure: KnownMeasure) -> set[str]:
    """Return every company, ship and person that a measure names, for comparison."""
    return {plain(name) for name in (*measure.founding.entities, *measure.entities)}


def instruments_of(measure: KnownMeasure, *, easing: bool) -> list[str]:
    """Return the names of the act that a measure has had; those of its easing, which has its own, apart."""
    told = ((measure.founding.stage, measure.founding.instrument), *((s.stage, s.instrument) for s in measure.support))
    return list({name for stage, name in told if name and (phase(stage) == EASED) is easing})


_ENDINGS = frozenset(
    (
        "inc",
        "ltd",
        "llc",
        "plc",
        "corp",
        "corporation",
        "co",
        "company",
        "group",
        "ag",
        "sa",
        "oao",
        "pao",
        "pjsc",
        "jsc",
    )
)


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """Return a company's, ship's or person's name without case, dots and what follows the name proper."""
    words = name.casefold().replace(".", "").replace(",", " ").split()
    return " ".join(word for word in words if word not in _ENDINGS) or name.casefold()


def in_roles_of(kind: Kind, ours: Roles, theirs: Roles) -> Roles:
    """Return who acts and whom it hits, where only the other side tells which of the countries is which.

    A report that names the United States and Syria without telling that the one acts on the other lists both as hit.
    """
    actors = set(theirs.issuers)
    if kind is Kind.SUPPLY_PACT or ours.issuers or not actors or not actors <= set(ours.targets):
        return ours
    return Roles(theirs.issuers, sorted(set(ours.targets) - actors))


def weigh_issuers(kind: Kind, ours: Collection[str], theirs: Collection[str], *, planned: bool = False) -> Weighed:
    """Weigh who acts, of two sides that share an issuer; `planned` where one of them only speaks of a proposal."""
    left, right = set(ours), set(theirs)
    shared = left & right
    if not shared:
        return Weighed("issuers", 0, "issuer not named on one side")
    if kind is Kind.SUPPLY_PACT:
        return _weigh_parties(left, right, shared, planned=planned)
    if left == right:
        return Weighed("issuers", 3, "same issuers: {}", (shared,))
    return Weighed("issuers", 2 if shared in (left, right) else 1, "issuer in common: {}", (shared,))


def _weigh_parties(left: set[str], right: set[str], shared: set[str], *, planned: bool) -> Weighed:
    fewer, more = sorted((left, right), key=len)
    if left == right:
        return Weighed("issuers", 4 if len(shared) > 1 else 2, "same parties: {}", (shared,))
    if len(fewer) == 1:
        # Who plans a pact courts many at once; one that is signed is the event of its day.
        points = -1 if planned else 1
        return Weighed("issuers", points, "party in common: {}; one report names no other", (shared,))
    if shared == fewer:
        points = 2 if len(fewer) >= PARTIES_WORTH_LEAVING_OUT else -1
        return Weighed("issuers", points, "{} is a party in one report only", (more - fewer,))
    return Weighed("issuers", 0, "parties in common: {}, others not", (shared,))


def weigh_targets(kind: Kind, ours: Collection[str], theirs: Collection[str]) -> Weighed:
    """Weigh whom it hits; a bloc and its member overlap here, since what hits the one hits the other."""
    if kind is Kind.SUPPLY_PACT:
        return Weighed("targets", 0, "a pact has no target")
    left, right = set(ours), set(theirs)
    if not left and not right:
        return Weighed("targets", 1 if kind is Kind.EXPORT_CONTROL else 0, "no target named by either")
    if not left or not right:
        return Weighed("targets", 0, "target not named on one side")
    if left == right:
        return Weighed("targets", 2, "same targets: {}", (left,))
    if left & right or overlaps(left, right):
        return Weighed("targets", 1, "targets in common: {}", (left & right or left,))
    return Weighed("targets", -4, "other targets: {}, not {}", (left, right))


def weigh_goods(kind: Kind, ours: Collection[str], theirs: Collection[str]) -> Weighed:
    """Weigh what it is about: the same good, or one within the other, speaks for; goods far apart speak against."""
    if not ours or not theirs:
        return Weighed("goods", 0, "goods not named on one side")
    match likeness(tuple(ours), tuple(theirs)):
        case Likeness.SAME:
            if both := set(ours) & set(theirs):
                return Weighed("goods", 2, "goods in common: {}", (both,))
            return Weighed("goods", 2, "{} and {} overlap", (ours, theirs))
        case Likeness.FEW:
            return Weighed("goods", -2, "mostly other goods: {}, not {}", (ours, theirs))
        case Likeness.GROUP:
            # One control often lists many goods of a group, of which each paper names its own; pacts name theirs.
            points = -3 if kind is Kind.SUPPLY_PACT else -2
            return Weighed("goods", points, "other goods of the same group: {}, not {}", (ours, theirs))
        case Likeness.APART:
            return Weighed("goods", -4, "other goods: {}, not {}", (ours, theirs))


def weigh_names(ours: Collection[str], theirs: Collection[str]) -> Weighed:
    """Weigh who is named; names in two scripts cannot be compared and say nothing."""
    if not ours or not theirs:
        return Weighed("names", 0, "no names to compare")
    left, right = {plain(name) for name in ours}, set(theirs)
    if shared := left & right:
        return Weighed("names", 3, "names in common: {}", (shared,))
    if all(name.isascii() for name in left | right):
        return Weighed("names", -1, "other names: {}, not {}", (left, right))
    return Weighed("names", 0, "names in different scripts")


def weigh_instrument(detection: Detection, measure: KnownMeasure) -> Weighed:
    """Weigh the act's own name: one number is proof, a name in common a good sign."""
    ours = detection.instrument
    theirs = instruments_of(measure, easing=phase(detection.stage) == EASED) if ours else ()
    verdicts = {instrument.agree(ours, name) for name in theirs}
    if Agreement.SAME in verdicts:
        return Weighed("instrument", 4, "same instrument: {}", (ours,))
    if Agreement.NAME in verdicts:
        return Weighed("instrument", 2, "same name of the act: {}", (ours,))
    if Agreement.SERIES in verdicts:
        return Weighed("instrument", 1, "same sort of act: {}", (ours,))
    return Weighed("instrument", 0, "no instrument to compare")


def weigh_effective(ours: date | None, theirs: date | None) -> Weighed:
    """Weigh from when it applies: the same day to come is a strong sign; parts of one act may start on other days."""
    if ours is not None and ours == theirs:
        return Weighed("date", 2, "same effective date: {}", (ours.isoformat(),))
    return Weighed("date", 0, "no effective date in common")


def weigh_article(detection: Detection, measure: KnownMeasure) -> Weighed:
    """Weigh that the same article was here before: an edit speaks of the same acts, one text may tell two."""
    article = detection.article
    if article.revision > 1 and any(
        s.reporter.article_id == article.id and s.revision != article.revision for s in measure.support
    ):
        return Weighed("article", 3, "another revision of an article that supports it")
    return Weighed("article", 0, "another article")


class Pace(Enum):
    """How fast acts of one sort follow each other, so that time tells them apart."""

    DENSE = auto()
    """Within days: sanctions on one country."""
    USUAL = auto()
    SLOW = auto()
    """Talks on one pact go on for months."""


def weigh_time(distance: Distance, pace: Pace, *, certain: bool) -> Weighed:
    """Weigh how far apart the reports are; where a name or number is shared (`certain`), no pace makes time short.

    A later stage may take long: only what contradicts the order of a life is excluded.
    """
    pace = Pace.USUAL if certain and pace is Pace.DENSE else pace
    relation = distance.relation
    echo = 1 if relation is Relation.SAME else 0
    if distance.days is None:
        return Weighed("time", echo, "{}, date unknown", (relation.value,))
    about = (relation.value, distance.days)
    if relation in _OUT_OF_ORDER and not certain:
        return Weighed("time", 0, "{}, {:.0f} days apart", about, veto=True)
    for days, points in _STEPS[relation in _ECHOES, pace]:
        if distance.days <= days:
            return Weighed("time", points + echo, "{}, {:.0f} days apart", about)
    return Weighed("time", 0, "too far apart in time: {}, {:.0f} days apart", about, veto=True)


_OUT_OF_ORDER = frozenset({Relation.AGAIN, Relation.BEFORE})
_ECHOES = frozenset({Relation.SAME, Relation.LATE})
_STEPS: dict[tuple[bool, Pace], tuple[tuple[int, int], ...]] = {
    # (an echo, pace): (up to so many days, so many points)
    (True, Pace.DENSE): ((2, 3), (4, 2), (7, 0), (14, -2), (35, -4)),
    (True, Pace.USUAL): ((3, 3), (7, 2), (14, 1), (21, 0), (35, -1), (60, -3)),
    (True, Pace.SLOW): ((3, 3), (7, 2), (14, 1), (60, 0)),
    (False, Pace.DENSE): ((10, 2), (35, 1), (90, -1), (400, -3)),
    (False, Pace.USUAL): ((3, 3), (30, 2), (90, 1), (LONGEST_STAGE_DAYS, 0)),
    (False, Pace.SLOW): ((3, 3), (30, 2), (90, 1), (LONGEST_STAGE_DAYS, 0)),
}


def listed(codes: Collection[str]) -> str:
    """Return codes in order, for a reason."""
    return ", ".join(sorted(codes))
