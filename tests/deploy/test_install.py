"""What a container gets: the wheel and one extra, in an empty environment, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
UV = str(Path(sys.executable).with_name("uv"))
MAKE_APP = """
import importlib, os
os.environ["CHOKEPOINT_API__TOKEN"] = "t"
from services.runtime.settings import load_settings
app = importlib.import_module("services.{service}.app").create_app(load_settings())
print(len(app.routes))
"""
NEEDS = {
    "ingest": "from services.ingest.catalogue import bundled; assert bundled()",
    "classify": "from services.classify.reader import warm_up; warm_up()",
    "alert": "import services.alert.console; from schemas.commodities import commodities; assert commodities()",
}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a command and return its output; fails with what it said."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once."""
    folder = tmp_path_factory.mktemp("wheel")
    run(UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.parametrize("service", ["ingest", "classify", "alert"])
def test_each_extra_alone_is_enough_for_its_service(service: str, wheel: Path, tmp_path: Path) -> None:
    """The lock of one extra and the wheel make an environment in which that service's app is built."""
    python = tmp_path / "venv" / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    run(UV, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", f"requirements/{service}.txt")
    run(UV, "pip", "install", "--quiet", "--python", python, "--no-deps", wheel)
    assert int(run(python, "-c", MAKE_APP.format(service=service), cwd=tmp_path)) > 3
    run(python, "-c", NEEDS[service], cwd=tmp_path)
