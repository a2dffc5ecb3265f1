"""The life of a measure, from everything that reports it (pure): its stages, and the state a reader is told.

A life is a function of the set of its reports, not of the order in which they came: a slower language that reports an
earlier stage late fills the history and moves nothing. The rules, each a case in the tests:

- From a plan to a decision one believed report is enough, at once.
- Within three days adopted and expanded, eased and ended are two words for one thing; in force and eased contradict
  each other, and the voices of those days decide.
- Within two weeks a second word (expanded after adopted, ended after eased) needs two voices or an official one, since
  papers go on writing of the first step and readers slip; after that one believed report is enough. Expanded once more
  always needs them.
- Nothing goes back to a plan. What was eased is in force again only when that is reported two weeks later.
- Reports that have no date move a life only forwards.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from schemas.detection import Stage
from schemas.measure import State
from services.alert.easing import suspends
from services.alert.known import KnownMeasure, Milestone, Support
from services.alert.moments import ECHO_DAYS, SLACK, phase
from services.alert.voices import BELIEVED, combined, voices

ECHO = timedelta(days=ECHO_DAYS)
_ORDER = list(Stage)
_PLANNED, _STANDING, _EASED = 0, 1, 2


def life(support: Sequence[Support]) -> tuple[Milestone, ...]:
    """Return the stages that these reports tell, in the order in which they came to be true; the last one stands."""
    dated = sorted((s for s in support if s.dated), key=_when)
    undated = sorted((s for s in support if not s.dated), key=lambda s: (phase(s.stage), *_when(s)))
    milestones: list[Milestone] = []
    since: list[Support] = []
    for report in (*dated, *undated):
        since.append(report)
        if not milestones:
            milestones.append(_milestone(report))
        elif _outvoted(milestones[-1], report, since):
            milestones[-1] = milestones[-1].model_copy(update={"stage": report.stage})
        elif _moves(milestones[-1], report, since):
            milestones.append(_milestone(report))
            since = [s for s in since if phase(s.stage) == phase(report.stage)]
    return tuple(milestones)


def _when(report: Support) -> tuple[object, str]:
    return report.reported_at, report.reporter.article_id


def _milestone(report: Support) -> Milestone:
    return Milestone(stage=report.stage, at=report.reported_at, dated=report.dated)


def _outvoted(standing: Milestone, report: Support, since: Sequence[Support]) -> bool:
    """Tell whether the voices of the same days say eased where the first said in force, or the other way round."""
    contradicts = {phase(standing.stage), phase(report.stage)} == {_STANDING, _EASED}
    if not contradicts or not report.dated or report.reported_at > standing.at + SLACK:
        return False
    return _weight(since, phase(report.stage)) > _weight(since, phase(standing.stage))


def _weight(reports: Iterable[Support], of_phase: int) -> float:
    return sum(voices(s for s in reports if phase(s.stage) == of_phase).values())


def _moves(standing: Milestone, report: Support, since: Sequence[Support]) -> bool:
    """Tell whether this report, with those of its stage since the last one, changes where the act stands."""
    old, new = phase(standing.stage), phase(report.stage)
    behind = [s for s in since if phase(s.stage) == new]
    if old == _PLANNED:
        return new != old and combined(behind) >= BELIEVED
    if new < old:
        behind = [s for s in behind if s.dated and s.reported_at > standing.at + ECHO]
        return new != _PLANNED and combined(behind) >= BELIEVED
    if new > old:
        late = not report.dated or report.reported_at > standing.at + SLACK
        return late and combined(behind) >= BELIEVED
    return report.dated and _a_second_word(standing, report, [s for s in behind if s.stage is report.stage])


def _a_second_word(standing: Milestone, report: Support, behind: Sequence[Support]) -> bool:
    """Tell whether `expanded` after adopted, `ended` after eased, or `expanded` once more is a further step."""
    again = report.stage is standing.stage
    if again:
        behind = [s for s in behind if s.reported_at > standing.at + ECHO]
    elif _ORDER.index(report.stage) < _ORDER.index(standing.stage):
        return False
    if (again and report.stage is not Stage.EXPANDED) or report.reported_at <= standing.at + SLACK:
        return False
    surely = any(s.official for s in behind) or len(voices(behind)) > 1
    late = report.reported_at > standing.at + ECHO
    return combined(behind) >= BELIEVED and (surely or (late and not again))


_WITHDRAWN = re.compile(
    r"withdr[ae]w|scrap|shelve[sd]?\b|drops? (?:the |its |a )?plan|abandon|zieht\b.*zurück|zurückgezogen"
    r"|verworfen|retir[aeéó]|renonc|abandonn|desist|ritira|rinuncia|отозва|отозы|отказа|відклика|відмов|撤回|取り下げ|断念|철회|سحب|تراجع|تخلت"
    r"|پس گرفت|منصرف|geri çek|vazgeç|rút lại|từ bỏ|menarik|membatalkan|वापस ले",
    re.IGNORECASE,
)
"""The sources' own words for a plan that is given up."""


def state_of(measure: KnownMeasure, today: date) -> State:
    """Return the state that a reader is told, finer than the stage where the facts allow it.

    In force: adopted, and the day from which it applies has come. Suspended: a source calls the easing so. Withdrawn:
    the act was never more than a plan, and a source says that the plan was given up.
    """
    reached = {phase(milestone.stage) for milestone in measure.milestones}
    match measure.stage:
        case Stage.ADOPTED if measure.effective_on is not None and measure.effective_on <= today:
            return State.IN_FORCE
        case Stage.EASED | Stage.ENDED if _STANDING not in reached and _PLANNED in reached and _given_up(measure):
            return State.WITHDRAWN
        case Stage.EASED if suspends(measure):
            return State.SUSPENDED
        case _:
            return State(measure.stage.value)


def _given_up(measure: KnownMeasure) -> bool:
    quotes = (s.quote for s in measure.support if phase(s.stage) == _EASED)
    return any(_WITHDRAWN.search(quote) for quote in quotes if quote)
