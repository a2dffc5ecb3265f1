"""Which reports are one act, and which are not."""

from itertools import permutations

import pytest

from schemas.detection import Detection
from services.alert.correlation import Ignored, Merged, Opened, correlate
from services.alert.replay import replay
from tests.alert.reports import LATER, control, measure_of, pact, report, sanction


def grouped(detections: list[Detection]) -> set[frozenset[str]]:
    """Return the articles of each measure that a replay of these detections makes."""
    records = replay((detection.article.id, [detection]) for detection in detections)
    return {frozenset(record["articles"]) for record in records}


SAME = {
    "three papers on one pact, each with its own goods": [
        pact(issuers="US JP", goods="rare-earths", language="fa"),
        pact(issuers="US JP", goods="critical-minerals", day=0.5, language="en"),
        pact(issuers="US JP", goods="rare-earths critical-minerals", day=3, language="ar"),
    ],
    "goods are not named by all": [
        control(issuers="CN", targets="US", goods="gallium germanium"),
        control(issuers="CN", targets="US", day=1),
        control(issuers="CN", targets="US", goods="gallium", day=2),
    ],
    "each lists its own goods of one control": [
        control(issuers="CN", targets="US", goods="gallium germanium antimony"),
        control(issuers="CN", targets="US", goods="germanium graphite", day=1),
    ],
    "a target is named by one only": [
        control(issuers="CN", goods="rare-earths"),
        control(issuers="CN", targets="JP", goods="rare-earths", day=0.3),
    ],
    "proposed, then adopted": [
        sanction("proposed", issuers="EU", targets="RU", instrument="19th package", day=-30),
        sanction("adopted", issuers="EU", targets="RU", instrument="Nineteenth package", day=0),
        sanction("adopted", issuers="EU", targets="RU", instrument="19-й пакет", day=1, language="ru"),
    ],
    "the older stage is reported last": [
        sanction("adopted", issuers="US", targets="RU", entities=["Rosneft", "Lukoil"]),
        sanction("proposed", issuers="US", targets="RU", entities=["Lukoil"], day=-2),
    ],
    "one company, two scripts, no other fact missing": [
        sanction(issuers="US", targets="RU", entities=["Rosneft", "Lukoil"], goods="crude-oil"),
        sanction(issuers="US", targets="RU", entities=["Роснефть"], goods="crude-oil", day=1, language="ru"),
    ],
    "a party is left out of four": [
        pact(issuers="RU UA TR UN", goods="grains"),
        pact(issuers="RU UA UN", goods="grains", day=1),
    ],
    "who acts is not told by one": [
        sanction("ended", issuers="US", targets="SY"),
        sanction("ended", targets="SY US", day=1),
    ],
    "nobody says who acts but the last": [
        sanction("ended", targets="SY US"),
        sanction("ended", issuers="US", targets="SY", day=1),
    ],
    "talks that go on for weeks": [
        pact("proposed", issuers="US UA", goods="critical-minerals"),
        pact("proposed", issuers="US UA", goods="critical-minerals", day=49),
    ],
    "papers without a date": [
        pact(issuers="QA CN", goods="lng", day=None),
        pact(issuers="QA CN", goods="lng", day=None),
        pact(issuers="QA CN", goods="lng", day=0),
    ],
}

APART = {
    "another party": [
        pact(issuers="US JP", goods="rare-earths"),
        pact(issuers="US AU", goods="rare-earths"),
    ],
    "a third party, another month": [
        pact(issuers="US JP", goods="critical-minerals"),
        pact(issuers="US JP EU", goods="critical-minerals", day=99),
    ],
    "a third party, the same day": [
        pact(issuers="US JP", goods="critical-minerals"),
        pact(issuers="US JP EU", goods="critical-minerals"),
    ],
    "two parties, other goods, the same visit": [
        pact(issuers="CA IN", goods="uranium"),
        pact(issuers="CA IN", goods="lpg"),
    ],
    "an offer and a signed pact of others": [
        pact("proposed", issuers="RU US", goods="rare-earths aluminium"),
        pact(issuers="US JP", goods="rare-earths"),
    ],
    "a plan that names one party, and an offer to another": [
        pact("proposed", issuers="US", goods="critical-minerals rare-earths"),
        pact("proposed", issuers="RU US", goods="rare-earths"),
    ],
    "a plan that names one party, and a pact signed the same day": [
        pact("proposed", issuers="US", goods="critical-minerals rare-earths"),
        pact(issuers="US JP", goods="critical-minerals rare-earths"),
    ],
    "two numbered packages": [
        sanction(issuers="EU", targets="RU", instrument="12th package"),
        sanction(issuers="EU", targets="RU", instrument="13th package", day=3),
    ],
    "two numbered packages in two languages": [
        sanction(issuers="EU", targets="RU", instrument="12e paquet de sanctions", language="fr"),
        sanction(issuers="EU", targets="RU", instrument="13-й пакет санкций", day=1, language="ru"),
    ],
    "another issuer": [
        sanction(issuers="EU", targets="RU", goods="crude-oil"),
        sanction(issuers="GB", targets="RU", goods="crude-oil"),
    ],
    "a member of the bloc by itself": [
        control(issuers="EU", targets="CN", goods="semiconductors"),
        control(issuers="NL", targets="CN", goods="semiconductors"),
    ],
    "the weekly listing of one country": [
        sanction(issuers="US", targets="IR IQ", goods="crude-oil"),
        sanction(issuers="US", targets="IR HK AE", goods="crude-oil", day=14),
    ],
    "another target": [
        control(issuers="CN", targets="JP", goods="dual-use-goods"),
        control(issuers="CN", targets="US", goods="dual-use-goods"),
    ],
    "other goods": [
        control(issuers="IN", goods="wheat"),
        control(issuers="IN", goods="sugar", day=11),
    ],
    "two suspensions of one week": [
        control("eased", issuers="CN", goods="rare-earths"),
        control("eased", issuers="CN", targets="US", goods="gallium germanium antimony", day=2),
    ],
    "a new proposal after the adoption": [
        sanction(issuers="EU", targets="RU"),
        sanction("proposed", issuers="EU", targets="RU", day=40),
    ],
    "imposed anew after it was eased": [
        control("eased", issuers="CN", targets="US", goods="gallium"),
        control(issuers="CN", targets="US", goods="gallium", day=20),
    ],
    "the same words a year later": [
        control(issuers="CN", goods="gallium"),
        control(issuers="CN", goods="gallium", day=365),
    ],
    "another kind": [
        sanction(issuers="EU", targets="RU"),
        control(issuers="EU", targets="RU"),
    ],
}


@pytest.mark.parametrize("name", SAME)
def test_reports_of_one_act_are_one_measure_in_any_order(name: str) -> None:
    """Whatever order the reports come in, they make one measure."""
    everything = {frozenset(detection.article.id for detection in SAME[name])}
    for order in permutations(SAME[name]):
        assert grouped(list(order)) == everything


@pytest.mark.parametrize("name", APART)
def test_two_acts_stay_apart_in_any_order(name: str) -> None:
    """Whatever order the reports come in, each act is its own measure."""
    each = {frozenset([detection.article.id]) for detection in APART[name]}
    for order in permutations(APART[name]):
        assert grouped(list(order)) == each


def test_a_control_suspended_a_year_later_is_the_same_measure() -> None:
    """A later stage may take long, where the facts are the same."""
    ban = control(issuers="CN", targets="US", goods="gallium germanium antimony", day=-330)
    suspended = control("eased", issuers="CN", targets="US", goods="gallium germanium antimony", day=10)
    assert grouped([ban, suspended]) == {frozenset([ban.article.id, suspended.article.id])}


def test_the_reasons_of_a_merge_name_the_facts_that_agree() -> None:
    """A merge can be read aloud: who, what and when, with the points of each."""
    measure = measure_of(pact(issuers="US JP", goods="rare-earths"))
    decision = correlate(pact(issuers="US JP", goods="critical-minerals", day=1), [measure], LATER)
    assert decision == Merged(
        measure.id,
        (
            "same parties: JP, US (+4)",
            "the same stage, 1 days apart (+4)",
            "critical-minerals and rare-earths overlap (+2)",
        ),
    )


def test_the_reasons_of_an_opening_name_what_differs() -> None:
    """An opening says which measure came nearest and why it is not the one."""
    measure = measure_of(sanction(issuers="EU", targets="RU", instrument="12th package"))
    decision = correlate(sanction(issuers="EU", targets="RU", instrument="13th package"), [measure], LATER)
    differs = "differs in instrument: other instrument: 13th package, not 12th package"
    said = f"none of 1 fits; the nearest, {measure.id}, {differs}"
    assert decision == Opened((said,), measure.id, ("instrument",))


def test_an_opening_names_each_fact_that_spoke_against() -> None:
    """No veto, but too little in common: the facts with points against it stand in `differs`."""
    measure = measure_of(control(issuers="CN", targets="JP", goods="dual-use-goods"))
    decision = correlate(control(issuers="CN", targets="US", goods="wheat"), [measure], LATER)
    assert isinstance(decision, Opened)
    assert (decision.nearest, decision.differs) == (measure.id, ("targets", "goods"))
    assert decision.because[0] == f"the nearest, {measure.id}, differs in targets, goods: -1 of 6 points"


VETOES = {
    "kind": (control(issuers="EU", targets="RU"), sanction(issuers="EU", targets="RU")),
    "issuers": (control(issuers="NL", targets="CN"), control(issuers="EU", targets="CN")),
    "instrument": (
        sanction(issuers="EU", targets="RU", instrument="12th package"),
        sanction(issuers="EU", targets="RU", instrument="тринадцатый пакет", language="ru"),
    ),
    "names": (
        sanction(issuers="US", targets="IR", entities=["Bank Sepah"]),
        sanction(issuers="US", targets="IR", entities=["Mahan Air"], day=5),
    ),
    "time": (control(issuers="CN", goods="gallium"), control(issuers="CN", goods="gallium", day=61)),
    "article": (
        control("ended", issuers="CD", goods="cobalt", article="a", source="p"),
        control(issuers="CD", goods="cobalt", article="a", source="p", ordinal=1),
    ),
}


@pytest.mark.parametrize("fact", VETOES)
def test_a_veto_stands_whatever_else_fits(fact: str) -> None:
    """Everything but one fact agrees; that one makes two acts, and its name is kept."""
    first, second = VETOES[fact]
    decision = correlate(second, [measure_of(first)], LATER)
    assert isinstance(decision, Opened)
    assert decision.differs == (fact,)


def test_the_first_report_says_that_nothing_is_near() -> None:
    """With no candidate the reason says so."""
    assert correlate(pact(issuers="US JP"), [], LATER) == Opened(
        ("no measure of this kind by these issuers is near in time",)
    )


def test_a_detection_that_names_nobody_is_put_aside() -> None:
    """Goods alone make no measure: nobody could be told who did what to whom."""
    assert isinstance(correlate(control(goods="gallium"), [], LATER), Ignored)


def test_chains_of_likenesses_do_not_drift() -> None:
    """Each report is like the one before it, but the last is not like the first: it is another act."""
    first = control(issuers="CN", targets="US", goods="gallium")
    chain = [control(issuers="CN", targets="US", goods="gallium", day=40.0 * step) for step in range(1, 5)]
    assert len(grouped([first, *chain])) > 1


def test_one_text_that_tells_a_lifting_and_a_new_quota_makes_two_measures() -> None:
    """A ban lifted and replaced by quotas in one article: one measure eased, one adopted."""
    lifted = control("ended", issuers="CD", goods="cobalt", article="quota", source="paper")
    quota = control("adopted", issuers="CD", goods="cobalt", article="quota", source="paper", ordinal=1)
    assert len(replay([("quota", [lifted, quota])])) == 2


def test_of_two_measures_that_fit_the_nearer_in_facts_is_taken() -> None:
    """The candidate with more points wins, whatever the order of candidates."""
    near = measure_of(sanction(issuers="US", targets="RU", entities=["Rosneft"]))
    far = measure_of(sanction(issuers="US", targets="RU"))
    detection = sanction(issuers="US", targets="RU", entities=["Rosneft Oil Co."], day=1)
    other = sanction(issuers="US", targets="RU", entities=["ROSNEFT"], day=1)
    for candidates in ([near, far], [far, near]):
        assert correlate(other, candidates, LATER) == correlate(other, candidates[::-1], LATER)
        decision = correlate(other, candidates, LATER)
        assert isinstance(decision, Merged)
        assert decision.measure_id == near.id
    assert isinstance(correlate(detection, [far, near], LATER), Merged)


def test_another_revision_belongs_to_the_measure_of_the_first() -> None:
    """An edit of an article supports what the article supported, as long as nothing contradicts."""
    measure = measure_of(report("sanction", issuers="US", targets="IR", article="a", source="p"))
    edit = report("sanction", issuers="US", targets="IR", article="a", revision=2, source="p", day=6)
    decision = correlate(edit, [measure], LATER)
    assert isinstance(decision, Merged)
    assert "another revision of an article that supports it (+3)" in decision.because


def test_a_report_without_a_date_goes_to_the_act_that_is_most_told_of() -> None:
    """Nothing in it tells which of two similar acts it means: the one that many report is likelier."""
    small = measure_of(sanction("ended", issuers="US", targets="SY", day=-40))
    large = measure_of(*(sanction("ended", issuers="US", targets="SY") for _ in range(3)))
    for candidates in ([small, large], [large, small]):
        decision = correlate(sanction("ended", issuers="US", targets="SY", day=None), candidates, LATER)
        assert isinstance(decision, Merged)
        assert decision.measure_id == large.id


@pytest.mark.parametrize(("day", "kind"), [(9, Merged), (15, Opened)])
def test_a_plan_reported_just_after_the_act_is_a_slip_or_a_slow_paper(day: int, kind: type) -> None:
    """Within two weeks of a later stage an earlier one is an echo; after that it tells of something new."""
    measure = measure_of(sanction("ended", issuers="US", targets="SY"))
    assert isinstance(correlate(sanction("proposed", issuers="US", targets="SY", day=day), [measure], LATER), kind)


def test_of_two_acts_of_the_same_days_the_more_told_of_is_taken() -> None:
    """A report that fits both as well belongs more likely to the one that many tell of."""
    plan = measure_of(pact("proposed", issuers="AU", goods="rare-earths"))
    pact_of_the_day = measure_of(*(pact(issuers="AU US", goods="rare-earths") for _ in range(3)))
    report_of_one_party = pact(issuers="AU", goods="rare-earths", day=1)
    for candidates in ([plan, pact_of_the_day], [pact_of_the_day, plan]):
        decision = correlate(report_of_one_party, candidates, LATER)
        assert isinstance(decision, Merged)
        assert decision.measure_id == pact_of_the_day.id
