"""Names of countries and blocs for people."""


def place_name(code: str) -> str:
    """Return the English short name of a code, or the code itself where we have no name."""
    return code
