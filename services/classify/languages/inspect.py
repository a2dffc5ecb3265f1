"""`python -m services.classify.languages.inspect <code> [< text]`: check a language file, show what it finds."""

import sys
from collections import Counter

from services.classify.languages.lexicon import entries_of, lexicon
from services.classify.languages.load import language_file
from services.classify.languages.schema import LanguageFileError
from services.classify.marks import find_marks
from services.classify.normalise import Folded


def main(arguments: list[str]) -> int:
    """Print the file's entries by list, or its errors; with a text on standard input, the marks in it."""
    if len(arguments) != 1:
        sys.stderr.write("one argument: the code of a language, for example `fr`\n")
        return 2
    try:
        file = language_file(arguments[0])
    except LanguageFileError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    counts = Counter(meaning.tag for meaning, _ in entries_of(file))
    sys.stdout.writelines(f"{number:6} {tag}\n" for tag, number in sorted(counts.items()))
    sys.stdout.write(f"{counts.total():6} entries, {len(lexicon(file.language).pieces)} pieces with the shared names\n")
    if not sys.stdin.isatty():
        _show(sys.stdin.read(), file.language)
    return 0


def _show(text: str, code: str) -> None:
    for line in filter(None, text.splitlines()):
        sys.stdout.write(f"\n{line}\n")
        marks, _ = find_marks(Folded(line), lexicon(code))
        sys.stdout.writelines(f"    {line[m.start : m.end]!r:40} {m.tag} {m.value}{m.kind}\n" for m in marks)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
