"""Reading the language files of this folder."""

from functools import cache
from pathlib import Path

import yaml

from services.classify.languages.schema import LanguageFile, LanguageFileError, check

FOLDER = Path(__file__).parent


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a file here, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("??.yaml")))


@cache
def language_file(code: str) -> LanguageFile:
    """Return the checked file of this language; raise LanguageFileError when it is absent or wrong."""
    return read_file(FOLDER / f"{code}.yaml")


def read_file(path: Path) -> LanguageFile:
    """Return one checked language file; raise LanguageFileError with one line per error."""
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader, the one in C
    except (OSError, UnicodeDecodeError) as error:
        raise LanguageFileError(f"{path.name}: file: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise LanguageFileError(f"{path.name}: file: is not YAML: {' '.join(str(error).split())}") from None
    file = check(data, path.name)
    if file.language != path.stem:
        raise LanguageFileError(f"{path.name}: language: {file.language!r}: must be the file's own name")
    return file


class _Loader(yaml.CSafeLoader):
    """A safe loader that refuses a key given twice, where YAML would silently let the last one win."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[object, object]:
    result: dict[object, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in result:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
