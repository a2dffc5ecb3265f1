"""What makes two acts of a report and a measure, whatever else fits (pure): asked first, each with its reason.

Another kind, another issuer, another party of a pact, another number in one series of acts, other persons and
companies named by a later list, a date that cannot be. Time is weighed with the other facts, since how long is too
long depends on them; what is too long for any act is excluded here.
"""

from collections.abc import Collection, Iterator
from datetime import timedelta

from schemas.detection import Detection, Kind
from services.alert import instrument
from services.alert.facts import EASED, Pace, Roles, Weighed, instruments_of, names_of, plain, weigh_time
from services.alert.instrument import Agreement
from services.alert.known import KnownMeasure
from services.alert.moments import Distance, phase

LISTS_APART = timedelta(days=3)
"""Papers of one day name their own few of a long list; a list of other names some days later is another act."""


def vetoes(
    detection: Detection, measure: KnownMeasure, ours: Roles, theirs: Roles, away: Distance
) -> Iterator[Weighed]:
    """Give each reason why this report cannot be of this measure; first what excludes most and costs least."""
    if measure.kind is not detection.kind:
        yield _veto("kind", "another kind: {}", measure.kind.value)
    yield from _other_issuers(detection.kind, set(ours.issuers), set(theirs.issuers))
    if (too_far := weigh_time(away, Pace.USUAL, certain=True)).veto:
        yield too_far
    yield from _other_instrument(detection, measure)
    yield from _other_names(detection, names_of(measure), away)
    if _told_apart_by_its_article(detection, measure):
        yield _veto("article", "one article tells an act and the easing of another")


def _other_issuers(kind: Kind, left: set[str], right: set[str]) -> Iterator[Weighed]:
    """Exclude other issuers, and a pact of other parties.

    A bloc and its members are different issuers: the Netherlands' own licensing rule is not an act of the EU, nor is
    a package of the EU an act of the Netherlands. Where a text names both, the shared code speaks.
    """
    shared = left & right
    if not left or not right:
        return
    if not shared:
        yield _veto("issuers", "other issuers: {}, not {}", left, right)
    elif kind is Kind.SUPPLY_PACT and len(shared) == 1 and left - right and right - left:
        yield _veto("issuers", "other parties: {}, not {}", left - shared, right - shared)


def _other_instrument(detection: Detection, measure: KnownMeasure) -> Iterator[Weighed]:
    """Exclude another number; a suspension has a number of its own, which is compared with those of suspensions."""
    ours = detection.instrument
    theirs = instruments_of(measure, easing=phase(detection.stage) == EASED) if ours else ()
    verdicts = {instrument.agree(ours, name) for name in theirs}
    if Agreement.OTHER in verdicts and Agreement.SAME not in verdicts:
        yield _veto("instrument", "other instrument: {}, not {}", ours, theirs)


def _other_names(detection: Detection, theirs: set[str], away: Distance) -> Iterator[Weighed]:
    """Exclude a list of other persons and companies; names in two scripts cannot be compared."""
    ours = {plain(name) for name in detection.entities}
    comparable = ours and theirs and all(name.isascii() for name in ours | theirs)
    later = away.days is not None and away.days > LISTS_APART / timedelta(days=1)
    if detection.kind is Kind.SANCTION and comparable and later and not ours & theirs:
        yield _veto("names", "other names, {:.0f} days apart: {}, not {}", away.days, ours, theirs)


def _told_apart_by_its_article(detection: Detection, measure: KnownMeasure) -> bool:
    """Tell whether the same text founded the measure in another phase: a ban lifted for quotas is two measures."""
    founding = measure.founding
    same_text = (founding.article.id, founding.article.revision) == (detection.article.id, detection.article.revision)
    return same_text and founding.id != detection.id and phase(founding.stage) != phase(detection.stage)


def _veto(fact: str, text: str, *about: Collection[str] | str | float | None) -> Weighed:
    return Weighed(fact, 0, text, about, veto=True)
