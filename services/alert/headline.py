"""A headline in English, made from a measure's facts alone (pure): nothing of it is quoted from a source."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from schemas.detection import Kind, Stage
from services.alert import goods
from services.alert.easing import suspends
from services.alert.instrument import read
from services.alert.known import KnownMeasure
from services.alert.names import in_order_of_telling, place, series

MOST_CHARACTERS = 120
_SHORTER = ((4, True), (3, True), (3, False), (2, False), (1, False))
"""Items of each list, and whether the act's own number is named: the first headline that fits is taken."""


@dataclass(frozen=True)
class Words:
    """What a headline is put together from, lists already shortened; an empty one is not known."""

    actors: str
    several: bool
    targets: str
    names: str
    goods: str
    act: str
    """The act's own number, in brackets."""


def headline(measure: KnownMeasure) -> str:
    """Return one sentence: who does what, about which goods, to whom; at most about 120 characters."""
    write = _WRITERS[measure.kind]
    sentence = ""
    for limit, with_act in _SHORTER:
        sentence = write(measure, _words(measure, limit, with_act=with_act))
        if len(sentence) <= MOST_CHARACTERS:
            break
    return sentence[:1].upper() + sentence[1:]


def _words(measure: KnownMeasure, limit: int, *, with_act: bool) -> Words:
    told = _told(measure)
    issuers = in_order_of_telling(measure.issuers, told)
    commodities = in_order_of_telling(measure.commodities, told)
    act = measure.instrument or ""
    named = with_act and act.isascii() and read(act).numbers and len(act) <= 40  # noqa: PLR2004 - half a line
    return Words(
        actors=series(map(place, issuers), limit),
        several=len(issuers) > 1,
        targets=series(map(place, measure.targets), limit),
        names=series(_readable(measure), min(limit, 3)),
        goods=series(map(goods.name_in_sentence, commodities), limit),
        act=f" ({act})" if named else "",
    )


def _readable(measure: KnownMeasure) -> list[str]:
    """Return the names that a reader of English can read; others, inflected as they are, only where no country is."""
    latin = [name for name in measure.entities if _latin(name)]
    return latin or ([] if measure.targets else list(measure.entities))


def _latin(name: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in name if letter.isalpha())


def _control(measure: KnownMeasure, words: Words) -> str:
    to = f" to {words.targets}" if words.targets else ""
    if words.goods:
        thing = f"export controls on {words.goods}{to}"
    elif words.names:
        thing = f"controls on exports to {words.names}" + (f" ({_bare(words.targets)})" if words.targets else "")
    else:
        thing = f"controls on exports{to}" if to else "export controls"
    return _sentence(words, _verb(measure, _CONTROL), thing + words.act)


def _sanction(measure: KnownMeasure, words: Words) -> str:
    whom = words.names or words.targets
    if words.names and words.targets:
        whom = f"{words.names} ({_bare(words.targets)})"
    if measure.stage is Stage.ADOPTED and words.names and words.actors:
        verb = "sanction" if words.several else "sanctions"
        return f"{words.actors} {verb} {whom}{words.act}"
    covering = f" covering {words.goods}" if words.goods and not words.names else ""
    return _sentence(words, _verb(measure, _SANCTION), f"sanctions{f' on {whom}' if whom else ''}{covering}{words.act}")


def _pact(measure: KnownMeasure, words: Words) -> str:
    about = f" on {words.goods}" if words.goods else ""
    if measure.stage in {Stage.PROPOSED, Stage.ADOPTED}:
        if measure.stage is Stage.PROPOSED and words.several:
            first, *others = in_order_of_telling(measure.issuers, _told(measure))
            return f"{place(first)} proposes a supply pact with {series(map(place, others), 3)}{about}"
        return _sentence(words, _verb(measure, _PACT), f"a supply pact{about}", plural=False)
    whose = ("their" if words.several else "its") if words.actors else "a"
    return _sentence(words, _verb(measure, _PACT), f"{whose} supply pact{about}", plural=False)


def _told(measure: KnownMeasure) -> list[str]:
    """Return the codes and goods in the order in which the founding report tells them: who offers stands first."""
    evidence = sorted(measure.founding.evidence, key=lambda e: (e.field != "title", e.start))
    return [e.claim.partition(":")[2] for e in evidence]


@dataclass(frozen=True)
class Verb:
    """`imposes`, `impose`, `imposed`."""

    one: str
    many: str
    done: str


_PROPOSE = Verb("proposes", "propose", "proposed")
_IMPOSE = Verb("imposes", "impose", "imposed")
_EXPAND = Verb("expands", "expand", "expanded")
_EASE = Verb("eases", "ease", "eased")
_SUSPEND = Verb("suspends", "suspend", "suspended")
_LIFT = Verb("lifts", "lift", "lifted")
_CONTROL = {Stage.PROPOSED: _PROPOSE, Stage.ADOPTED: _IMPOSE, Stage.EXPANDED: _EXPAND, Stage.EASED: _EASE, Stage.ENDED: _LIFT}  # fmt: skip  # noqa: E501 - a table
_SANCTION = _CONTROL
_PACT = {
    Stage.PROPOSED: _PROPOSE,
    Stage.ADOPTED: Verb("signs", "sign", "signed"),
    Stage.EXPANDED: Verb("extends", "extend", "extended"),
    Stage.EASED: Verb("scales back", "scale back", "scaled back"),
    Stage.ENDED: Verb("ends", "end", "ended"),
}


def _verb(measure: KnownMeasure, verbs: dict[Stage, Verb]) -> Verb:
    """Return the verb of a stage; `eased` is told as suspended where a source's own words say so."""
    return _SUSPEND if measure.stage is Stage.EASED and suspends(measure) else verbs[measure.stage]


def _sentence(words: Words, verb: Verb, thing: str, *, plural: bool = True) -> str:
    """Return an active sentence, or a passive one where nobody is named."""
    if words.actors:
        return f"{words.actors} {verb.many if words.several else verb.one} {thing}"
    return f"{thing} {'are' if plural else 'is'} {verb.done}"


def _bare(places: str) -> str:
    """Return names of places as they stand in brackets."""
    return places.removeprefix("the ").replace(", the ", ", ").replace(" and the ", " and ")


_WRITERS: dict[Kind, Callable[[KnownMeasure, Words], str]] = {
    Kind.EXPORT_CONTROL: _control,
    Kind.SANCTION: _sanction,
    Kind.SUPPLY_PACT: _pact,
}
