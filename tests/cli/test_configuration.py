"""Configuration as code: YAML read as it was meant, checked whole, compared field by field."""

from pathlib import Path
from typing import Any

import pytest

from services.cli.difference import Step, plan
from services.cli.objects import Wanted, check
from services.cli.yaml_files import Found, NotRead, read_yaml
from tests.cli.conftest import Run

FILE = """
kind: source
id: example-feed
type: feed
url: https://news.example/rss.xml
every: 600s
---
kind: destination
id: screen
type: log
---
kind: subscription
id: norway
destinations: [screen]
match:
  issuers: [NO]
  hs: ["8505"]
"""


def wanted(text: str, folder: Path) -> list[Wanted]:
    """Return the objects of a YAML text in which all is well."""
    file = folder / "objects.yaml"
    file.write_text(text)
    checked = [check(found) for found in read_yaml(str(file))]
    assert [problem for _, wrong in checked for problem in wrong] == []
    return [one for one, _ in checked if one]


def lines(steps: list[Step]) -> list[str]:
    """Return what `apply` would print."""
    return [f"{step.action} {step.kind.name} {step.id}" for step in steps]


def test_yaml_means_what_it_says(tmp_path: Path) -> None:
    """Norway is not false, as it would be in YAML 1.1."""
    assert wanted(FILE, tmp_path)[-1].document["match"]["issuers"] == ["NO"]


def test_other_scalars_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    """Numbers, truths and nothing keep their types; dates, old octals and times of day (1320 in YAML 1.1) stay text."""
    file = tmp_path / "x.yaml"
    file.write_text("a: [1, -2.5, true, null, ~, yes, 0101, 2025-10-28, 22:00]\nb: &x {c: 1}\nd: {<<: *x, c: 2}\n")
    (found,) = read_yaml(str(file))
    assert found.value["a"] == [1, -2.5, True, None, None, "yes", "0101", "2025-10-28", "22:00"]
    assert found.value["d"] == {"c": 2}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\na: 2\n", "'a' stands twice"),
        ("a: [1\n", "line 2, column 1"),
        ("", "holds no document"),
        ("a: !!python/object:os.system {}\n", "python"),
        ("a: \xff", "not UTF-8"),
    ],
)
def test_what_is_no_yaml_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """A file that cannot be read says where and why."""
    file = tmp_path / "x.yaml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(NotRead, match=reason) as error:
        read_yaml(str(file))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (["a"], "needs `kind`: source, destination, subscription"),
        ({"kind": "thing"}, "needs `kind`"),
        ({"kind": ["source"]}, "needs `kind`"),
        ({"kind": "destination", "id": "x", "type": "pigeon"}, "type: "),
        ({"kind": "destination", "id": "x", "type": "log", "colour": 1}, "colour: no such key; a destination takes"),
        ({"kind": "subscription", "id": "x", "destinations": []}, "destinations: "),
        ({"kind": "subscription", "id": "x", "destinations": ["y"], "match": {"kinds": ["tariff"]}}, "not 'tariff'"),
        ({"kind": "source", "id": "x", "type": "feed"}, "url"),
    ],
)
def test_a_wrong_document_says_which_key(value: Any, reason: str) -> None:
    """Each problem is one line with file, document, key and what to do."""
    one, problems = check(Found("f.yaml", 3, value))
    assert one is None
    assert all(problem.startswith("f.yaml, document 3") for problem in problems)
    assert any(reason in problem for problem in problems), problems


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    """What a server shows of an applied object, with its own additions and other spellings, is no difference."""
    objects = wanted(FILE, tmp_path)
    shown = {one.kind.name: {one.id: {**one.whole, "state": {"status": "ok"}}} for one in objects}
    steps = plan(objects, shown, prune=False)
    assert lines(steps) == [
        "unchanged source example-feed",
        "unchanged destination screen",
        "unchanged subscription norway",
    ]


def test_a_change_is_shown_key_by_key(tmp_path: Path) -> None:
    """Nested keys are named by their path, with before and after."""
    objects = wanted(FILE, tmp_path)
    shown = {one.kind.name: {one.id: dict(one.whole)} for one in objects}
    shown["subscription"]["norway"] |= {"match": {"issuers": ["SE"]}, "enabled": False}
    steps = plan(objects, shown, prune=False)
    assert steps[-1].action == "changed"
    assert ("match.issuers", ["SE"], ["NO"]) in steps[-1].fields
    assert ("enabled", False, True) in steps[-1].fields


def test_order_and_prune(tmp_path: Path) -> None:
    """Sources, destinations, subscriptions; removals in reverse; a kind that no file names and the bundled stay."""
    objects = wanted(FILE, tmp_path)
    shown: dict[str, dict[str, dict[str, Any]]] = {
        "source": {"old-feed": {"id": "old-feed"}, "gazette": {"id": "gazette", "bundled": True}},
        "destination": {"old-screen": {"id": "old-screen"}},
        "subscription": {"old-team": {"id": "old-team"}},
    }
    assert lines(plan(reversed(objects), shown, prune=True)) == [
        "created source example-feed",
        "created destination screen",
        "created subscription norway",
        "removed subscription old-team",
        "removed destination old-screen",
        "removed source old-feed",
    ]
    no_subscription = plan(objects[:2], shown, prune=True)
    assert "removed subscription old-team" not in lines(no_subscription)


def test_secrets_are_never_compared(tmp_path: Path) -> None:
    """A secret in a file is no difference to what the server hides, and never shows."""
    secret = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    text = f"kind: destination\nid: erp\ntype: webhook\nurl: https://erp.example/hook\nsecret: {secret}\n"
    (one,) = wanted(text, tmp_path)
    (step,) = plan([one], {"destination": {"erp": {**one.whole, "secret": "**********"}}}, prune=False)
    assert (step.action, one.has_secret) == ("unchanged", True)
    assert secret not in str(step.fields)


def test_all_mistakes_of_all_files_are_said_at_once(invoke: Run, tmp_path: Path) -> None:
    """Nothing is sent while anything is wrong, and one run shows everything to mend."""
    (tmp_path / "a.yaml").write_text(FILE.replace("type: log", "type: logg"))
    (tmp_path / "b.yaml").write_text("kind: [\n")
    (tmp_path / "c.yaml").write_text(
        "kind: destination\nid: one\ntype: log\n---\nkind: destination\nid: one\ntype: log\n"
    )
    done = invoke("apply", *(str(tmp_path / name) for name in ("a.yaml", "b.yaml", "c.yaml", "none.yaml")))
    assert done.returncode == 1
    a, b, c, none = done.stderr.splitlines()
    assert "a.yaml, document 2 (destination screen): type: " in a
    assert "b.yaml: line " in b
    assert "c.yaml, document 2 (destination one): stands in " in c
    assert "none.yaml: No such file" in none
