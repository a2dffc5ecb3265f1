"""`chokepoint classify`: one line an article, in order, whatever stands between."""

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Run, only_line

CONTROL = {
    "id": "a",
    "lang": "en",
    "published": "2026-01-05",
    "title": "China bans exports of gallium to the United States",
    "text": "BEIJING - China on Monday banned exports of gallium to the United States, the Ministry of Commerce said.",
}
WEATHER = {"id": "b", "lang": "en", "title": "Rain", "text": "It will rain in the north on Monday, forecasters said."}


def test_one_line_an_article_in_order(invoke: Run) -> None:
    """Ids come back in order with their detections, which carry the words that prove them."""
    stdin = "".join(json.dumps(one) + "\n" for one in (CONTROL, WEATHER, CONTROL | {"id": "c"}))
    done = invoke("classify", "-", stdin=stdin)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [(one["id"], len(one["detections"])) for one in lines] == [("a", 1), ("b", 0), ("c", 1)]
    (detection,) = lines[0]["detections"]
    assert (detection["kind"], detection["issuers"], detection["targets"]) == ("export_control", ["CN"], ["US"])
    assert detection["commodities"] == ["gallium"]
    for evidence in detection["evidence"]:
        assert CONTROL[evidence["field"]][evidence["start"] : evidence["end"]] == evidence["quote"]


def test_a_broken_line_is_said_and_the_rest_goes_on(run: Run) -> None:
    """Its number stands on standard error, the others come out, and the end is exit 1."""
    done = run("classify", stdin=f"{json.dumps(WEATHER)}\n{{oops\n{json.dumps(WEATHER | {'id': 'c'})}\n")
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["b", "c"]
    assert only_line(done.stderr).startswith("chokepoint: standard input, line 2: is not valid JSON")


def test_the_table_is_for_people(invoke: Run) -> None:
    """Kind, stage, who to whom, goods, confidence and quote stand in one row; `--explain` adds each claim's words."""
    plain = invoke("classify", "-", "--format", "table", stdin=json.dumps(CONTROL))
    row = next(line for line in plain.stdout.splitlines() if line.startswith("export_control"))
    assert "CN → US" in row
    assert "gallium" in row
    explained = invoke("classify", "-", "--format", "table", "--explain", stdin=json.dumps(CONTROL))
    assert "issuer:CN" in explained.stdout
    assert "issuer:CN" not in plain.stdout
    assert "no measure" in invoke("classify", "-", "--format", "table", stdin=json.dumps(WEATHER)).stdout


def test_plain_text_is_one_article(invoke: Run) -> None:
    """A text without any markup is read like an article in JSON."""
    done = invoke("classify", "-", stdin=f"{CONTROL['title']}\n{CONTROL['text']}\n")
    (line,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["kind"] for one in line["detections"]] == ["export_control"]


def test_a_live_pipe_is_answered_line_by_line(home: Path) -> None:
    """An article is answered before the next one comes, so that the command can stand behind a running feed."""
    assert home.exists()
    command = [sys.executable, "-m", "services.cli", "classify", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        for article in (CONTROL, WEATHER):
            process.stdin.write(json.dumps(article) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == article["id"]
        process.stdin.close()
        assert process.wait(timeout=30) == 0
