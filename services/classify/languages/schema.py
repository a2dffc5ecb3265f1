"""What a language file may hold: every key with its meaning; a wrong file is told in one clear line per error."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from services.classify.languages.entries import entry_fault


class LanguageFileError(ValueError):
    """A language file that cannot be used; the message has one line per error: file, key, value, what to do."""


def _checked(value: str) -> str:
    fault = entry_fault(value)
    if fault:
        raise ValueError(fault)
    return value


Entry = Annotated[str, AfterValidator(_checked)]
Entries = tuple[Entry, ...]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,9}$")]
"""ISO 3166-1 alpha-2 code of a country, or the short name of a bloc (EU, UN, G7, ECOWAS)."""


class Part(BaseModel):
    """A section of a language file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Names(Part):
    """How names from the shared tables of countries and goods are inflected in this language."""

    drop: str = ""
    """Final letters that a name of five letters or more loses before endings: `аяьйо` makes Россия match России."""
    ending: int = Field(default=0, ge=0, le=12)
    """How many letters may follow the name in the same word (besides `endings`)."""


class Acts(Part):
    """Words that name an act."""

    control: Entries = ()
    """An export control as a thing, clear by itself: export ban, export licence, curbs on exports."""
    control_verb: Entries = ()
    """An export control being done, clear by itself: bans exports of, may no longer be sold abroad."""
    sanction: Entries = ()
    """A sanction as a thing: sanctions, embargo, asset freeze, blacklist, travel ban, import ban, price cap."""
    sanction_verb: Entries = ()
    """A sanction being done: blacklists, designates, freezes the assets, adds to the sanctions list."""
    restrict: Entries = ()
    """Restricting in general, verbs and nouns: ban, curb, halt, quota, licence. Counts with a word of `trade` near."""
    pact: Entries = ()
    """An agreement in general: pact, accord, memorandum, contract. Counts with goods or `supply` near."""
    supply_pact: Entries = ()
    """A supply pact clear by itself: offtake agreement, minerals deal, supply contract, long-term LNG deal."""
    supply: Entries = ()
    """Supplying as the aim of a pact: supply, deliver, purchase, supply chain, stockpile, tonnes a year."""


class Operators(Part):
    """Verbs (and their nouns) that say what happens to an act; they give the stage."""

    impose: Entries = ()
    """Put in force, introduce, adopt, announce, approve, publish, slap."""
    expand: Entries = ()
    """Extend, prolong, renew, tighten, widen, add to the list."""
    ease: Entries = ()
    """Suspend, relax, loosen, exempt, waive, allow again, grant a licence."""
    end: Entries = ()
    """Lift, revoke, scrap, repeal, delist, expire, leave (a pact)."""
    sign: Entries = ()
    """Conclude a pact: sign, seal, ink, agree, strike."""
    propose: Entries = ()
    """Not yet decided: consider, plan, mull, draft, threaten, offer, negotiate, bill, ready to."""
    effect: Entries = ()
    """Take effect, come into force, from today."""


class Trade(Part):
    """Which way the goods go."""

    export: Entries = ()
    """Export, ship abroad, overseas sales, leave the country."""
    import_: Entries = Field(default=(), alias="import")
    """Import, purchases from abroad."""
    transfer: Entries = ()
    """Transfer of technology, re-export, know-how."""


class Instrument(Part):
    """A named legal instrument or list; `kind` and `issuer` are what its name alone tells."""

    match: Entries
    kind: Literal["export_control", "sanction", "supply_pact"] | None = None
    issuer: Code | None = None


class Cues(Part):
    """Words that say how something is told; each is a reason for or against a reading."""

    negation: Entries = ()
    """Not, no, never, without, rejects."""
    denial: Entries = ()
    """Denies, untrue, fake news, no plans to, rules out."""
    unchanged: Entries = ()
    """Stays in force, remains, continues to apply, existing, unchanged: old acts that go on."""
    condition: Entries = ()
    """If, unless, in case."""
    modal: Entries = ()
    """Would, could, may, might: weaker than a verb of `propose`."""
    opinion: Entries = ()
    """Analysts say, should, in my view, experts, commentary."""
    call: Entries = ()
    """Urges, demands, calls on: a wish of those who cannot decide."""
    history: Entries = ()
    """Since, in recent years, previously, already, had, followed, earlier."""
    anniversary: Entries = ()
    """Years after, anniversary, in retrospect."""
    market: Entries = ()
    """Prices, shares, traders, rose, fell, quarter."""
    reaction: Entries = ()
    """Protests, condemns, welcomes, responds to: the subject reacts to an act of someone else."""
    court: Entries = ()
    """Court, judge, sentenced, charged, lawsuit."""
    evasion: Entries = ()
    """Smuggling, evading, circumvention, violations, fined."""
    question: Entries = ()
    """Will it, what does it mean, explainer, how does it work."""
    failed: Entries = ()
    """Voted down, vetoed, talks collapsed, did not sign."""
    official: Entries = ()
    """Announced, according to the ministry, statement, gazette: told by those who decide."""
    fresh: Entries = ()
    """Today, on Monday, has just, this week, now."""
    tariff: Entries = ()
    """Tariffs, import duties, anti-dumping: trade acts that are none of ours."""
    cause: Entries = ()
    """After, amid, because of, in response to, due to: what follows is the setting, not the news."""


class Lookalikes(Part):
    """What fools a keyword filter."""

    phrases: Entries = ()
    """Longer phrases that swallow the words in them: traffic control, sanctioned by the cabinet, 交通管制."""
    topics: Entries = ()
    """Words of another subject, each a reason against: doping, FIFA, prison, wedding, divorce."""


class Roles(Part):
    """Small words that say who does what to whom."""

    target_before: Entries = ()
    """Stands before the target: against, on, to, targeting, destined for."""
    target_after: Entries = ()
    """Stands after the target: に対し, 에 대한, के खिलाफ."""
    issuer_before: Entries = ()
    """Stands before the issuer: by, imposed by, from."""
    issuer_after: Entries = ()
    """Stands after the issuer (topic and subject particles): は, が, 은, ने."""
    place_before: Entries = ()
    """Stands before a place where something happens, not one who acts: in, at (met in Washington)."""
    place_after: Entries = ()
    """Stands after such a place: で, में, 에서."""
    party: Entries = ()
    """Joins the parties of a pact: between, with, and."""
    aside_before: Entries = ()
    """Stands before a country that is neither: excluding, counter, reduce dependence on, rival, dominance of."""
    aside_after: Entries = ()
    """Stands after such a country: 's dominance, に対抗, 의존도."""


class Actors(Part):
    """Who acts, beyond the names of the shared table: code -> entries."""

    countries: dict[Code, Entries] = {}
    """Further names, adjectives, inhabitants, capitals, governments by metonymy: {US: [Washington, White House]}."""
    agencies: dict[Code, Entries] = {}
    """Ministries, regulators, parliaments: {CN: [MOFCOM, Ministry of Commerce of China]}."""
    leaders: dict[Code, Entries] = {}
    """Heads of government and ministers by name: {US: [Trump]}."""
    companies: dict[Code, Entries] = {}
    """Companies that make pacts or are hit, by home country: {RU: [Rosneft, Lukoil]}."""
    offices: Entries = ()
    """Agencies without their country: the ministry, the commerce ministry, parliament, the central bank."""


class Entities(Part):
    """Words around the names of those who are hit or who sign."""

    company: Entries = ()
    """Company, bank, firm, Corp., Ltd, refiner; plural and collective forms too."""
    ship: Entries = ()
    """Tanker, vessel, fleet."""
    person: Entries = ()
    """Official, individual, minister, oligarch, general."""


class Dates(Part):
    """Words of time."""

    months: dict[int, Entries] = {}
    """1 to 12, every form and abbreviation of the Gregorian months."""
    jalali_months: dict[int, Entries] = {}
    """1 to 12, Farvardin to Esfand, where the language uses the solar Hijri calendar."""
    today: Entries = ()
    """Today, yesterday, on Tuesday, this week: at most a week old."""
    old: Entries = ()
    """Last year, months ago, in the past: older than a month."""
    future: Entries = ()
    """Tomorrow, next month, from 1 January."""


class Boilerplate(Part):
    """What a page has around its story."""

    headings: Entries = ()
    """Read also, related articles, most read: what follows are other stories."""
    lines: Entries = ()
    """A line or sentence with one of these is no part of a story: cookies, subscribe, share, all rights reserved."""


class LanguageFile(Part):
    """One language."""

    language: str = Field(pattern=r"^[a-z]{2}$")
    """ISO 639-1."""
    name: str
    """In English."""
    writing: Literal["spaced", "unspaced"] = "spaced"
    """`unspaced` (Chinese, Japanese): entries match anywhere."""
    order: Literal["svo", "sov", "vso"] = "svo"
    adjective: Literal["before", "after"] = "before"
    """Where an adjective such as Chinese or Russian stands to its noun."""
    common: tuple[str, ...] = Field(min_length=3)
    """Words (with a `*` on both sides letters) that nearly every sentence has and related languages have not: a long
    line without any of them is foreign."""
    prefixes: tuple[str, ...] = ()
    """Clitics that may stand before any entry, written together with it: و ف ب ال."""
    endings: tuple[str, ...] = ()
    """Endings that any entry without `*` may take."""
    names: Names = Names()
    acts: Acts
    operators: Operators
    trade: Trade
    instruments: tuple[Instrument, ...] = ()
    cues: Cues = Cues()
    lookalikes: Lookalikes = Lookalikes()
    roles: Roles = Roles()
    actors: Actors = Actors()
    goods: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], Entries] = {}
    """Further names of goods: commodity id -> entries."""
    entities: Entities = Entities()
    dates: Dates = Dates()
    boilerplate: Boilerplate = Boilerplate()

    @field_validator("dates")
    @classmethod
    def _months_are_1_to_12(cls, dates: Dates) -> Dates:
        if not set(dates.months) | set(dates.jalali_months) <= set(range(1, 13)):
            raise ValueError("months are numbered 1 to 12")
        return dates


def check(data: object, file: str) -> LanguageFile:
    """Return the file's content as a model; raise LanguageFileError with one line per error."""
    try:
        return LanguageFile.model_validate(data)
    except ValidationError as error:
        lines = [_line(file, dict(fault)) for fault in error.errors()]
        raise LanguageFileError("\n".join(lines)) from None


_REMEDY = {
    "extra_forbidden": "there is no such key; see languages/README.md for the keys",
    "missing": "this key is required; add it",
    "tuple_type": "must be a list; put the entries in [ ] or on lines with - ",
    "string_type": "must be a text; put quotes around it (yes, no, on and numbers are not text in YAML)",
}


def _line(file: str, fault: dict[str, object]) -> str:
    place = ".".join(str(step) for step in fault["loc"])  # type: ignore[attr-defined]
    what = _REMEDY.get(str(fault["type"]), str(fault["msg"]).removeprefix("Value error, "))
    return f"{file}: {place or 'file'}: {str(fault['input'])[:60]!r}: {what}"
