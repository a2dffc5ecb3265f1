"""The rules of the house that no linter knows."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = sorted(path for top in ("schemas", "services", "tests") for path in (ROOT / top).rglob("*.py"))
PACKAGES = sorted(path.parent for path in CODE if path.name == "__init__.py")
DRAWERS = {"utils", "util", "common", "helpers", "helper", "misc", "shared", "lib", "core", "base_utils", "tools"}
LONGEST_LINES = 400


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_too_long_to_read(path: Path) -> None:
    """No file has more than 400 lines."""
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_LINES


def test_there_is_no_drawer() -> None:
    """Folder and file names say what is inside."""
    names = {part for path in CODE for part in (*path.relative_to(ROOT).parent.parts, path.stem)}
    assert not names & DRAWERS


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_package_says_what_comes_in_and_what_goes_out(package: Path) -> None:
    """A newcomer learns from the docstring what a package takes and gives."""
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""
    assert "In:" in docstring
    assert "Out:" in docstring


def test_a_domain_word_does_not_enter_the_runtime() -> None:
    """What every process needs knows nothing of measures, articles or alerts."""
    words = ("sanction", "gallium", "embargo", "headline")
    for path in (ROOT / "services" / "runtime").rglob("*.py"):
        text = path.read_text("utf-8").lower()
        assert not [word for word in words if word in text], path


def test_no_address_of_a_package_host_stands_in_the_repository() -> None:
    """Locks carry hashes, not hosts: the ordinary clients know theirs."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S607
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "repo1." + "maven", "repo.maven." + "apache", "index-" + "url")
    for name in filter(None, tracked.decode().split("\0")):
        path = ROOT / name
        if path.name == "Makefile" or not path.is_file():
            continue  # the Makefile tells uv to leave the address out, by the option's name
        text = path.read_bytes().decode("utf-8", "ignore")
        assert not [host for host in hosts if host in text], name
