"""Run `python -m services.classify.train [FILE…]` or `python -m services.classify.train quality FILE…`."""

import argparse
import sys
from pathlib import Path

from services.classify.train import examples, fitting, quality
from services.classify.train.labelled import FOLDER, LabelError, read_labelled
from services.classify.weights import FILE, weights


def main(arguments: list[str]) -> int:
    """Learn and write the weights, or print how well labelled texts are read."""
    parser = argparse.ArgumentParser(prog="python -m services.classify.train", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["weights", "quality"], default="weights")
    parser.add_argument(
        "files", nargs="*", type=Path, help="JSONL of labelled texts; those of the repository by default"
    )
    asked = parser.parse_args(arguments)
    try:
        texts = read_labelled(asked.files or sorted(FOLDER.glob("*.jsonl")))
    except (LabelError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    seen = examples.look(texts)
    if asked.what == "weights":
        FILE.write_text(fitting.learn(seen, fitting.prior()).model_dump_json(indent=1) + "\n", "utf-8")
        sys.stdout.write(f"learned from {len(seen)} texts; `make quality` tells how well they are read\n")
    else:
        read = quality.told(seen, weights()) if asked.files else quality.by_folds(seen)
        sys.stdout.write(quality.table(read))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
