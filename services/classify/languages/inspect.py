"""`python -m services.classify.languages.inspect <code> [--news FILE.jsonl] [< text]`: check a language file, try it.

Prints the file's entries by list, or its errors. With texts of news that report nothing (`{title, text}` a line), the
share that the gate lets in, which should stay under 10 %, and by which words. With a text on standard input, every mark
found in it, line by line.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from services.classify.gate import Gate
from services.classify.languages.lexicon import entries_of, lexicon
from services.classify.languages.load import language_file
from services.classify.languages.schema import LanguageFileError
from services.classify.marks import find_marks
from services.classify.normalise import Folded

MOST = 25


def main(arguments: list[str]) -> int:
    """Print what there is to say about one language file."""
    parser = argparse.ArgumentParser(prog="inspect", description=__doc__)
    parser.add_argument("code", help="the code of a language, for example fr")
    parser.add_argument("--news", type=Path, help="JSONL of news that report nothing")
    asked = parser.parse_args(arguments)
    try:
        file = language_file(asked.code)
    except LanguageFileError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    counts = Counter(meaning.tag for meaning, _ in entries_of(file))
    sys.stdout.writelines(f"{number:6} {tag}\n" for tag, number in sorted(counts.items()))
    sys.stdout.write(f"{counts.total():6} entries, {len(lexicon(file.language).pieces)} pieces with the shared names\n")
    if asked.news:
        _let_in(asked.news, file.language)
    elif not sys.stdin.isatty():
        _show(sys.stdin.read(), file.language)
    return 0


def _let_in(news: Path, code: str) -> None:
    """Print how many of these texts the gate lets in, and by what."""
    pages = [Folded(f"{row['title']}\n{row['text']}") for row in map(json.loads, news.read_text("utf-8").splitlines())]
    gate = Gate(language_file(code))
    let_in = [found for page in pages if (found := [(need, page.text[s:e]) for need, s, e in gate.openers(page)])]
    sys.stdout.write(f"{len(let_in)} of {len(pages)} let in by the gate (keep it under 10 %)\n")
    words = Counter(one for found in let_in for one in found)
    sys.stdout.writelines(f"{n:6} {need or 'clear':8} {word}\n" for (need, word), n in words.most_common(MOST))


def _show(text: str, code: str) -> None:
    for line in filter(None, text.splitlines()):
        sys.stdout.write(f"\n{line}\n")
        marks = find_marks(Folded(line), lexicon(code))
        sys.stdout.writelines(f"    {line[m.start : m.end]!r:40} {m.tag} {m.value}{m.kind}\n" for m in marks)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
