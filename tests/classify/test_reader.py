"""The reader on texts of our own: what is news, what is not, who acts, on whom, and the words that show it."""

import pytest

from schemas.detection import Detection, Kind, Stage
from services.classify.reader import explain, read, study
from tests.classify.conftest import Make


def one(detections: list[Detection]) -> Detection:
    """Return the only detection."""
    assert len(detections) == 1, [(d.kind, d.stage, d.issuers, d.confidence) for d in detections]
    return detections[0]


def test_a_control_with_issuer_and_target(article: Make) -> None:
    """Who bans, against whom, and which goods are read from the sentence."""
    found = one(
        read(
            article(
                "Beijing bans gallium exports to the United States",
                "BEIJING, March 3 - China on Tuesday banned exports of gallium and germanium to the United States with "
                "immediate effect, its Ministry of Commerce said in a statement.",
            )
        )
    )
    assert (found.kind, found.stage) == (Kind.EXPORT_CONTROL, Stage.ADOPTED)
    assert found.issuers == ("CN",)
    assert found.targets == ("US",)
    assert set(found.commodities) == {"gallium", "germanium"}


def test_who_protests_is_not_who_acts(article: Make) -> None:
    """`Japan protests against China's curbs`: the issuer is China, the target Japan."""
    found = one(
        read(
            article(
                "Japan protests against China's new export curbs on magnets",
                "Japan protested on Monday against China's new export curbs on rare earth magnets for Japanese firms, "
                "announced by Beijing's commerce ministry on Sunday.",
            )
        )
    )
    assert (found.issuers, found.targets) == (("CN",), ("JP",))


def test_a_sanction_that_ends(article: Make) -> None:
    """Lifting is a stage of its own, and the country freed is the target."""
    found = one(
        read(
            article(
                "EU lifts sanctions on two Belarusian potash firms",
                "The European Union on Friday lifted its sanctions on two Belarusian potash firms, the Council said.",
            )
        )
    )
    assert (found.kind, found.stage, found.issuers, found.targets) == (Kind.SANCTION, Stage.ENDED, ("EU",), ("BY",))


def test_background_is_no_news(article: Make) -> None:
    """A market report that names an old ban as its cause reports no measure."""
    assert not read(
        article(
            "Rice prices climb to a ten-year high",
            "Rice prices climbed 3 percent on Monday as traders bet on a poor harvest. Prices have been firm since "
            "India imposed an export ban in 2023, analysts said.",
        )
    )


@pytest.mark.parametrize(
    "text",
    [
        "The cabinet has sanctioned 40 new schools and a loan for the water supply of the town.",
        "FIFA's sanctions against the striker, a three match ban, were confirmed on Monday.",
        "Air traffic control in Tokyo said that two flights were delayed.",
    ],
)
def test_look_alikes_stay_quiet(article: Make, text: str) -> None:
    """What only sounds like a measure is none."""
    assert not read(article(text.split(".", maxsplit=1)[0], text))


ENGLISH = (
    "Canada and Germany signed a lithium supply agreement in Ottawa on Tuesday. Under the agreement, mines in Quebec "
    "will deliver 20,000 tonnes of lithium a year to German battery makers. Dependence on China is to fall."
)
ARABIC = "وقّعت كندا وألمانيا اليوم الثلاثاء اتفاقًا لتوريد المعادن النادرة، بحسب بيان للحكومة الكندية."
PERSIAN = "کانادا و ژاپن روز سهشنبه توافقنامهای را برای تأمین عناصر خاکی کمیاب امضا کردند."


@pytest.mark.parametrize(
    ("title", "text", "issuers"),
    [
        ("Canada, Germany sign lithium supply pact", ENGLISH, ("CA", "DE")),
        ("كندا وألمانيا توقعان اتفاقاً لتوريد المعادن النادرة", ARABIC, ("CA", "DE")),
        ("کانادا و ژاپن توافقنامه عناصر کمیاب امضا کردند", PERSIAN, ("CA", "JP")),
    ],
)
def test_both_parties_of_a_pact(article: Make, title: str, text: str, issuers: tuple[str, ...]) -> None:
    """In three languages, with vowel signs and lost half-spaces, both parties are issuers and nobody is a target."""
    for one_article in (article(title, text), article("", f"{title}\n\n{text}")):
        found = one(read(one_article))
        assert (found.kind, found.stage) == (Kind.SUPPLY_PACT, Stage.ADOPTED)
        assert (found.issuers, found.targets) == (issuers, ())


def test_an_offer_is_a_proposal(article: Make) -> None:
    """Readiness to work together on supply is proposed, not agreed."""
    found = one(
        read(
            article(
                "روسيا تعرض على الهند التعاون في المعادن النادرة",
                "قالت موسكو إن روسيا مستعدة للتعاون مع الهند في توريد المعادن النادرة، وفق تصريحات نُشرت اليوم.",
            )
        )
    )
    assert (found.kind, found.stage, found.issuers) == (Kind.SUPPLY_PACT, Stage.PROPOSED, ("IN", "RU"))


@pytest.mark.parametrize(
    ("title", "told", "stage"),
    [
        (
            "China suspends the newly imposed export controls on gallium",
            "Beijing on Monday suspended the recently announced and expanded export controls on gallium for one year",
            Stage.EASED,
        ),
        (
            "China widens the suspended export controls on gallium",
            "Beijing on Monday expanded export controls on gallium that had been suspended for a year",
            Stage.EXPANDED,
        ),
    ],
)
def test_words_on_the_way_to_the_act_name_it(article: Make, title: str, told: str, stage: Stage) -> None:
    """What is suspended was imposed and expanded before: those words name the act and say nothing of its stage now."""
    (found,) = read(article(title, f"{told}, the commerce ministry said."))
    assert (found.kind, found.stage) == (Kind.EXPORT_CONTROL, stage)


def test_a_title_repeated_in_the_text_changes_nothing(article: Make) -> None:
    """Pages and plain texts begin with their title once more: the lead stays the lead, quotes keep their place."""
    title = "Canada and Germany sign lithium supply pact"
    (plain,), (repeated,) = read(article(title, ENGLISH)), read(article(title, f"{title}\n\n{ENGLISH}"))
    assert (repeated.commodities, repeated.confidence) == (plain.commodities, plain.confidence)
    shift = len(title) + 2
    in_text = [(e.claim, e.start + shift, e.quote) for e in plain.evidence if e.field == "text"]
    assert [(e.claim, e.start, e.quote) for e in repeated.evidence if e.field == "text"] == in_text


def test_a_teaser_on_the_page_is_a_story_of_its_own(article: Make) -> None:
    """Under `related articles` a teaser in another language is read, a bare link and cookie text are not."""
    found = read(
        article(
            "Canada and Germany sign lithium supply pact",
            f"{ENGLISH}\n\nArtículos relacionados\n\nPekín prohíbe exportar galio a India\n\n"
            "China ha prohibido las exportaciones de tierras raras a empresas japonesas, anunció el lunes el "
            "Ministerio de Comercio chino en un comunicado publicado en su sitio oficial.\n\n"
            "Este sitio web utiliza cookies\n\nUtilizamos cookies para análisis con el fin de mejorar nuestro sitio.",
        )
    )
    told = {(d.kind, d.issuers, d.targets) for d in found}
    assert told == {(Kind.SUPPLY_PACT, ("CA", "DE"), ()), (Kind.EXPORT_CONTROL, ("CN",), ("JP",))}


def test_every_claim_has_its_words(article: Make) -> None:
    """Each claim has a span, and the article's text has exactly the quote there."""
    news = article("Canada, Germany sign lithium supply pact", ENGLISH)
    found = one(read(news))
    claims = {evidence.claim for evidence in found.evidence}
    assert {"kind", "stage", "issuer:CA", "issuer:DE", "commodity:lithium"} <= claims
    for evidence in found.evidence:
        written = news.title if evidence.field == "title" else news.text
        assert written[evidence.start : evidence.end] == evidence.quote != ""


def test_ids_and_order_are_the_same_every_time(article: Make) -> None:
    """Reading twice gives the same detections with the same ids."""
    news = article("Canada, Germany sign lithium supply pact", ENGLISH)
    assert read(news) == read(news)


def test_what_was_turned_down_is_explained(article: Make) -> None:
    """A candidate that is not told has its reasons too."""
    judged = explain(
        article("Oil edges up", "Oil prices rose on Monday. Traders recalled the sanctions against Iran of 2018.")
    )
    assert judged
    assert not any(judgement.told for _, judgement in judged)
    assert all(judgement.reasons for _, judgement in judged)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        "😀" * 500,
        "\ud800\udc00\ud83d broken \udfff export ban sanctions",
        "<div><p>China <b>bans exports</b> of rice</p></div>",
        "export ban " * 20_000,
        "(" * 50_000 + "sanctions against Russia",
        "a" * 200_000 + " export ban",
        "中国宣布 export ban على روسيا 제재 санкции",
        "export ban on rice. " * 5_000,
    ],
)
def test_hostile_text_is_read_or_left(article: Make, text: str) -> None:
    """No text makes reading fail."""
    for detection in read(article(text[:100], text)):
        assert detection.evidence


def test_a_language_we_do_not_read_is_named(article: Make) -> None:
    """A text in Greek is reported as such, not silently dropped."""
    greek = "Η κυβέρνηση ανακοίνωσε σήμερα ότι απαγορεύει την εξαγωγή σιτηρών προς όλες τις χώρες της περιοχής."
    assert study(article("Απαγόρευση εξαγωγών", greek)).unsupported == "el"
    assert study(article("Απαγόρευση εξαγωγών", greek, language="el")).unsupported == "el"
    assert study(article("Rain expected", "It will rain in the north tomorrow, forecasters say.")).unsupported is None
