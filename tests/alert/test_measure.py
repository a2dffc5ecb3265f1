"""What a report adds to a measure."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.detection import Detection, Stage
from services.alert.measure import fold, found
from services.alert.voices import combined, voices
from tests.alert.reports import DAY0, LATER, control, measure_of, pact, sanction


def changed(first: Detection, *others: Detection) -> list[str]:
    """Return which fields the last of these reports changed."""
    measure = measure_of(first, *others[:-1])
    return [change.field for change in fold(measure, others[-1], LATER).changes]


def test_a_founding_report_gives_every_fact() -> None:
    """A new measure says what its first report says, at version 1."""
    measure = found(control(issuers="CN", targets="US", goods="gallium", instrument="No. 46"), LATER)
    assert (measure.version, measure.issuers, measure.targets) == (1, ("CN",), ("US",))
    assert (measure.commodities, measure.instrument, measure.confidence) == (("gallium",), "No. 46", 0.8)


LIVES = [
    # reports in order of arrival, each with its day; the stages that they make, in order of time
    ("proposed@0 adopted@5", "proposed adopted"),
    ("adopted@0 proposed@1", "adopted"),
    ("adopted@5 proposed@0", "proposed adopted"),  # the plan is reported late: history, no change
    ("adopted@0 expanded@1", "adopted"),  # two words for one act within three days
    ("adopted@0 expanded@9", "adopted"),  # and one paper's slip within two weeks
    ("adopted@0 expanded@9 expanded@10", "adopted expanded"),
    ("adopted@0 expanded@30", "adopted expanded"),
    ("adopted@0 expanded@30 expanded@200", "adopted expanded"),  # once more, says one paper
    ("adopted@0 expanded@30 expanded@200 expanded@201", "adopted expanded expanded"),
    ("adopted@0 adopted@365 adopted@366", "adopted"),  # the anniversary
    ("proposed@0 expanded@1", "proposed expanded"),
    ("expanded@0 adopted@1", "expanded"),
    ("adopted@0 eased@30", "adopted eased"),
    ("adopted@30 eased@0", "eased adopted"),
    ("adopted@0 eased@1", "adopted"),  # one against one: the first stands
    ("adopted@0 eased@1 eased@1", "eased"),  # the voices of one day decide between contradictions
    ("eased@0 ended@1", "eased"),  # two words again
    ("eased@0 ended@30", "eased ended"),
    ("ended@0 eased@30", "ended"),
    ("proposed@0 eased@1", "proposed eased"),
    ("eased@10 adopted@0", "adopted eased"),  # a late report of what stood before
    ("eased@0 adopted@9", "eased"),  # an echo, or a slip
    ("eased@0 adopted@30", "eased adopted"),  # the same act, in force again
    ("eased@0 proposed@30", "eased"),
    ("proposed@0 adopted@5 expanded@60 eased@90 ended@200", "proposed adopted expanded eased ended"),
    ("adopted@0 adopted@- eased@-", "adopted eased"),  # reports without a date move a life only forwards
    ("eased@0 adopted@-", "eased"),
]


@pytest.mark.parametrize(("reports", "life"), LIVES)
def test_a_life_follows_from_its_reports(reports: str, life: str) -> None:
    """The stages are those of all reports in order of time; the last one stands."""
    told = [report.split("@") for report in reports.split()]
    detections = [
        control(stage, issuers="CN", goods="gallium", day=None if day == "-" else int(day)) for stage, day in told
    ]
    measure = measure_of(*detections)
    assert [milestone.stage.value for milestone in measure.milestones] == life.split()
    assert measure.stage is measure.milestones[-1].stage


@pytest.mark.parametrize(("reports", "life"), LIVES)
def test_a_life_is_the_same_in_every_order_of_its_reports(reports: str, life: str) -> None:
    """A slower language changes nothing: the stages follow from the set of reports."""
    told = [report.split("@") for report in reports.split()]
    detections = [
        control(stage, issuers="CN", goods="gallium", day=None if day == "-" else int(day)) for stage, day in told
    ]
    for order in permutations(detections):
        assert [milestone.stage.value for milestone in measure_of(*order).milestones] == life.split()


def test_an_unsure_report_alone_does_not_move_the_stage() -> None:
    """A stage counts once the reports of it are together believed at 0.5."""
    first = control(issuers="CN", goods="gallium")
    unsure = [control("ended", issuers="CN", goods="gallium", day=30, confidence=0.4) for _ in range(2)]
    assert measure_of(first, unsure[0]).stage is Stage.ADOPTED
    assert measure_of(first, *unsure).stage is Stage.ENDED


FACTS = {
    "a further paper with the same facts": (
        [control(issuers="CN", targets="US"), control(issuers="CN", targets="US")],
        [],
    ),
    "a target where none was known": ([control(issuers="CN"), control(issuers="CN", targets="US")], ["targets"]),
    "a target from an unsure report": (
        [control(issuers="CN"), control(issuers="CN", targets="US", confidence=0.3)],
        [],
    ),
    "a further target in one paper": (
        [control(issuers="CN", targets="US"), control(issuers="CN", targets="US JP")],
        [],
    ),
    "a further target in a second paper": (
        [
            control(issuers="CN", targets="US"),
            control(issuers="CN", targets="US JP"),
            control(issuers="CN", targets="JP US"),
        ],
        ["targets"],
    ),
    "a further target, twice in one paper": (
        [
            control(issuers="CN", targets="US"),
            control(issuers="CN", targets="US JP", source="herald"),
            control(issuers="CN", targets="JP US", source="herald"),
        ],
        [],
    ),
    "a further target in the gazette": (
        [control(issuers="CN", targets="US"), control(issuers="CN", targets="US JP", source_kind="official")],
        ["targets"],
    ),
    "a wider word for the goods, twice": (
        [
            pact(issuers="US JP", goods="rare-earths"),
            pact(issuers="US JP", goods="critical-minerals rare-earths"),
            pact(issuers="US JP", goods="critical-minerals"),
        ],
        [],
    ),
    "a narrower good, twice": (
        [
            pact(issuers="US JP", goods="critical-minerals"),
            pact(issuers="US JP", goods="rare-earths"),
            pact(issuers="US JP", goods="rare-earths"),
        ],
        ["commodities"],
    ),
    "a number for the act": (
        [sanction(issuers="EU", targets="RU"), sanction(issuers="EU", targets="RU", instrument="19th package")],
        ["instrument"],
    ),
    "a name without a number": (
        [pact(issuers="US JP"), pact(issuers="US JP", instrument="framework agreement")],
        [],
    ),
    "a date to prepare for": (
        [control(issuers="CN"), control(issuers="CN", effective_on=date(2025, 12, 1))],
        ["effective_on"],
    ),
    "a date that has passed": (
        [control(issuers="CN"), control(issuers="CN", effective_on=date(2025, 10, 1))],
        [],
    ),
    "a name in a second paper": (
        [
            sanction(issuers="US", targets="RU", entities=["Rosneft"]),
            sanction(issuers="US", targets="RU", entities=["Rosneft", "Lukoil"]),
            sanction(issuers="US", targets="RU", entities=["LUKOIL"]),
        ],
        ["entities"],
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_only_facts_that_a_reader_would_act_on_are_changes(name: str) -> None:
    """Facts that are filled or confirmed are changes; a wording, an echo or one paper's list is none."""
    reports, fields = FACTS[name]
    assert changed(*reports) == fields


def test_a_late_report_adds_its_reporter_and_nothing_else() -> None:
    """An older `proposed` after `adopted`: one more source, no change of fact."""
    first = sanction(issuers="EU", targets="RU")
    folded = fold(measure_of(first), sanction("proposed", issuers="EU", targets="RU", day=-9), LATER)
    assert folded.changes == ()
    assert folded.new_voice
    assert len(folded.measure.support) == 2
    assert folded.measure.first_reported_at < DAY0


@pytest.mark.parametrize("words", [("adopted", "expanded"), ("eased", "ended")])
def test_another_word_for_the_same_act_is_no_change(words: tuple[str, str]) -> None:
    """Of two papers of one morning the earlier one, read second, calls it expanded: nobody is told again."""
    first = control(words[0], issuers="CN", goods="gallium", day=0.02)
    folded = fold(found(first, LATER), control(words[1], issuers="CN", goods="gallium", day=0.0), LATER)
    assert folded.changes == ()
    assert folded.new_voice


def test_a_further_step_days_later_is_a_change() -> None:
    """Eased after adopted is told, and so is an expansion by two voices the week after."""
    measure = found(control(issuers="CN", goods="gallium"), LATER)
    eased = fold(measure, control("eased", issuers="CN", goods="gallium", day=5), LATER)
    assert [change.field for change in eased.changes] == ["stage"]
    once = fold(measure, control("expanded", issuers="CN", goods="gallium", day=6), LATER).measure
    twice = fold(once, control("expanded", issuers="CN", goods="gallium", day=7), LATER)
    assert [change.field for change in twice.changes] == ["stage"]


def test_the_same_article_never_counts_twice() -> None:
    """Every revision of an article takes the place of the one before; an older one that comes late is passed over."""
    first = pact(issuers="US JP", article="a", source="herald", confidence=0.6)
    edit = pact(issuers="US JP", article="a", revision=2, source="herald", confidence=0.9)
    measure = measure_of(first, edit, first)
    assert len(measure.support) == 1
    assert measure.support[0].revision == 2
    assert measure.confidence == 0.9
    assert measure.version == 1


def test_two_articles_of_one_paper_are_one_voice() -> None:
    """A newspaper's follow-up does not make anything surer."""
    measure = measure_of(pact(issuers="US JP", source="herald"), pact(issuers="US JP", source="herald"))
    assert (len(measure.support), measure.confidence, measure.version) == (2, 0.8, 1)


def test_what_is_pushed_speaks_for_its_own_address() -> None:
    """The push API and aggregators carry other voices: their hosts, or each article where there is no address."""
    pushed = [
        pact(issuers="US JP", source="push", source_kind="push"),
        pact(issuers="US JP", source="push", source_kind="push"),
        pact(issuers="US JP", source="push", source_kind="push", url="https://herald.example/a"),
        pact(issuers="US JP", source="push", source_kind="push", url="https://HERALD.example/b"),
    ]
    assert len(voices(measure_of(*pushed).support)) == 3


def test_further_sources_make_it_surer_at_half_weight() -> None:
    """0.4 three times is 1 - 0.6 x 0.8 x 0.8."""
    measure = measure_of(*(pact(issuers="US JP", confidence=0.4) for _ in range(3)))
    assert measure.confidence == pytest.approx(0.616)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_confidence_is_never_below_the_surest_source_and_never_certain(confidences: list[float]) -> None:
    """More sources never make it less sure, and only a source that claims certainty gives it."""
    support = measure_of(*(pact(issuers="US JP", confidence=c) for c in confidences)).support
    result = combined(support)
    assert max(confidences) - 1e-3 <= result <= 1
    assert result <= 0.99 or max(confidences) > 0.98


@given(st.permutations(range(4)))
def test_confidence_does_not_depend_on_the_order_of_reports(order: list[int]) -> None:
    """The same sources make the same confidence in any order."""
    reports = [pact(issuers="US JP", source=f"p{i}", confidence=0.3 + 0.1 * i) for i in range(4)]
    in_order = measure_of(*reports).confidence
    assert measure_of(*(reports[i] for i in order)).confidence == pytest.approx(in_order)


def test_every_order_of_a_life_ends_in_the_same_stage_and_facts() -> None:
    """Reports within days of each other, in every order: the same stage, goods, targets and confidence."""
    reports = [
        control("proposed", issuers="CN", targets="US", goods="gallium", day=0),
        control("adopted", issuers="CN", targets="US", goods="gallium", day=2),
        control("adopted", issuers="CN", targets="US", goods="gallium", day=2.5),
    ]
    ends = {
        (m.stage, m.targets, m.commodities, m.confidence, m.first_reported_at, m.last_reported_at)
        for order in permutations(reports)
        for m in [measure_of(*order)]
    }
    assert len(ends) == 1


def test_a_measure_carries_a_bounded_number_of_articles() -> None:
    """Beyond a hundred articles the latest of the most crowded days go."""
    measure = measure_of(*(pact(issuers="US JP", source=f"p{i}") for i in range(120)))
    assert len(measure.support) == 100


def test_a_crowded_stage_leaves_room_for_the_next() -> None:
    """A hundred papers on the ban do not keep its suspension from being heard."""
    crowd = [control(issuers="CN", goods="gallium", source=f"p{i}") for i in range(120)]
    measure = measure_of(*crowd, control("eased", issuers="CN", goods="gallium", day=60))
    assert measure.stage is Stage.EASED
    assert len(measure.support) == 100
