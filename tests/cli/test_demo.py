"""The demo's sample news: varied enough, read as a careful analyst would, and told once per act."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.classify import reader
from services.classify.languages.load import languages
from services.cli.articles import checked
from services.cli.demo.feeder import sample_news, stamped
from tests.cli.conftest import Run

NEWS = sample_news()
IDS = [one["id"] for one in NEWS]
LANGUAGE_OF = {one["id"]: one["lang"] for one in NEWS}
EXPECTED: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("demo_expectations.yaml").read_text("utf-8"))
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
READ_WELL = [article_id for article_id in IDS if "misread" not in EXPECTED[article_id]]
GROUPS = {"proposed": "proposed", "adopted": "new", "expanded": "new", "eased": "eased", "ended": "eased"}
GOODS = {"oil": "crude-oil"}
TOLD = {"opened", "stage_changed"}


def jsonl() -> str:
    """Return what is read well, as `backtest` takes it, published around a fixed moment."""
    return "".join(json.dumps(stamped(one, lambda: NOW)) + "\n" for one in NEWS if one["id"] in READ_WELL)


def gold(article_id: str) -> list[dict[str, Any]]:
    """Return what an article reports."""
    measures: list[dict[str, Any]] = EXPECTED[article_id]["measures"]
    return measures


def to_be_found(article_id: str) -> list[dict[str, Any]]:
    """Return what should be found in it: all it reports, from the day on which classify reads its language."""
    return gold(article_id) if LANGUAGE_OF[article_id] in languages() else []


def test_the_sample_is_varied() -> None:
    """Many articles in many languages, a third of them about nothing that should alarm, each of readable length."""
    assert len(NEWS) >= 28
    assert len({one["lang"] for one in NEWS}) >= 9
    assert len(set(IDS)) == len({one["url"] for one in NEWS}) == len(NEWS)
    assert sum(not gold(article_id) for article_id in IDS) >= 9
    assert all(290 <= len(one["text"]) <= 900 for one in NEWS)
    assert [one["minutes_ago"] for one in NEWS] == sorted((one["minutes_ago"] for one in NEWS), reverse=True)
    for one in NEWS:
        checked(stamped(one, lambda: NOW))


def test_every_article_has_its_expectation() -> None:
    """The sidecar speaks of exactly the articles that are there."""
    assert sorted(EXPECTED) == sorted(IDS)


@pytest.fixture(scope="module")
def read() -> dict[str, list[dict[str, Any]]]:
    """Return what classify finds in each article."""
    found = {}
    for one in NEWS:
        given = checked(stamped(one, lambda: NOW))
        found[one["id"]] = [detection.model_dump(mode="json") for detection in reader.read(given.article(NOW))]
    return found


def _cases() -> Iterator[Any]:
    for article_id in IDS:
        why = EXPECTED[article_id].get("misread")
        yield pytest.param(article_id, marks=[pytest.mark.xfail(strict=True, reason=why)] if why else [])


@pytest.mark.parametrize("article_id", list(_cases()))
def test_each_article_is_read_as_expected(read: dict[str, list[dict[str, Any]]], article_id: str) -> None:
    """Exactly the measures that it reports: kind, stage, who, whom; and at least the goods it names."""
    found = [one for one in read[article_id] if one["confidence"] >= 0.5]
    expected = to_be_found(article_id)
    assert sorted(map(_found_key, found)) == sorted(map(_gold_key, expected)), EXPECTED[article_id]["why"]
    for one, wanted in zip(sorted(found, key=_found_key), sorted(expected, key=_gold_key), strict=True):
        goods = {GOODS.get(name, name.replace(" ", "-")) for name in wanted["commodities"]}
        assert goods <= set(one["commodities"])


def _found_key(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["kind"], GROUPS[one["stage"]], sorted(one["issuers"]), sorted(one["targets"])


def _gold_key(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["kind"], one["stage"], sorted(one["issuers"]), sorted(one["targets"])


def test_each_act_is_told_once(invoke: Run) -> None:
    """Through classify and replay: every incident one telling alert, echoes none, and no two acts in one measure."""
    done = invoke("backtest", "-", stdin=jsonl())
    assert (done.returncode, done.stderr) == (0, "")
    measures = [json.loads(line) for line in done.stdout.splitlines()]
    in_measure = {article: one["id"] for one in measures for article in one["articles"]}
    assert set(in_measure) == {article_id for article_id in READ_WELL if to_be_found(article_id)}
    for (one, a), (other, b) in itertools.combinations(_incidents(), 2):
        if one == other:
            assert in_measure[a] == in_measure[b], f"{a} and {b} tell one act"
        elif gold(a)[0]["family"] != gold(b)[0]["family"]:
            assert in_measure[a] != in_measure[b], f"{a} and {b} tell two acts"
    told = [alert["headline"] for one in measures for alert in one["alerts"] if alert["type"] in TOLD]
    assert len(told) == len({incident for incident, _ in _incidents()}), told
    assert not any(alert["type"] == "retracted" for one in measures for alert in one["alerts"])


def _incidents() -> Iterator[tuple[str, str]]:
    for article_id in READ_WELL:
        for measure in to_be_found(article_id):
            yield measure["incident"], article_id


def test_a_subscription_narrows_the_alerts(invoke: Run, tmp_path: Path) -> None:
    """With a subscription to rare earths, only their alerts are listed, each with its reason."""
    file = tmp_path / "team.yaml"
    file.write_text("kind: subscription\nid: team\ndestinations: [x]\nmatch: {commodities: [rare-earths]}\n")
    done = invoke("backtest", "--subscription", str(file), "-", stdin=jsonl())
    alerts = defaultdict(list)
    for measure in map(json.loads, done.stdout.splitlines()):
        for alert in measure["alerts"]:
            alerts["rare-earths" in str(measure["commodities"])].append(alert)
    assert not alerts[False]
    assert alerts[True]
    assert all(alert["because"] for alert in alerts[True])


def test_backtest_is_deterministic(invoke: Run) -> None:
    """The same lines twice give the same output twice."""
    assert invoke("backtest", "-", stdin=jsonl()).stdout == invoke("backtest", "-", stdin=jsonl()).stdout
