"""Names of countries and lists of things as an English sentence needs them (pure)."""

from collections.abc import Iterable, Sequence

from schemas.countries import display_name, is_code


def place(code: str) -> str:
    """Return a country or bloc as it stands in a sentence (`the United States`, `Japan`); an unknown code as it is."""
    return display_name(code) if is_code(code) else code


def series(items: Iterable[str], limit: int) -> str:
    """Return `a`, `a and b`, `a, b and c`, or the first `limit` of a longer list `and 4 more`."""
    words = list(dict.fromkeys(items))
    if len(words) > limit + 1:
        return f"{', '.join(words[:limit])} and {len(words) - limit} more"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def in_order_of_telling(codes: Sequence[str], told: Sequence[str]) -> list[str]:
    """Return the codes in the order in which a text tells them; those it does not tell come last."""
    rank = {code: index for index, code in reversed(list(enumerate(told)))}
    return sorted(codes, key=lambda code: (rank.get(code, len(rank)), codes.index(code)))
