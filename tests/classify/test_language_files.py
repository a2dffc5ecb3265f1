"""Every shipped language file is right, and a wrong one is told in one line per error."""

from pathlib import Path

import pytest

from services.classify.languages.lexicon import entries_of
from services.classify.languages.load import language_file, languages, read_file
from services.classify.languages.schema import LanguageFileError

HEAD = "language: xx\nname: X\ncommon: [a, b, c]\nacts: {}\noperators: {}\ntrade: {}\n"


@pytest.mark.parametrize("code", languages())
def test_a_shipped_file_is_right(code: str) -> None:
    """Each file passes the schema and has what every language needs."""
    file = language_file(code)
    assert file.acts.control
    assert file.acts.sanction
    assert file.acts.pact
    assert len(list(entries_of(file))) > 200


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ("colour: red\n", "colour"),
        ('goods: {oil: [""]}\n', "goods.oil"),
        ("dates: {months: {13: [x]}}\n", "1 to 12"),
        ("actors: {countries: {usa!: [x]}}\n", "countries"),
        ("prefixes: [a]\nprefixes: [b]\n", "twice"),
        ("roles: {party: [on]}\n", "quotes"),
        ("x: [\n", "not YAML"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, extra: str, told: str) -> None:
    """The message names the file and the key or what is wrong there."""
    path = tmp_path / "xx.yaml"
    path.write_text(HEAD + extra, "utf-8")
    with pytest.raises(LanguageFileError) as error:
        read_file(path)
    assert str(error.value).startswith("xx.yaml: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)
