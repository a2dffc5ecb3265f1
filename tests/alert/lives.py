"""Ten real lives, each as the reports that told it, shortened to their facts; dates are those of the acts."""

from datetime import UTC, date, datetime
from typing import Any

from schemas.detection import Detection
from tests.alert.reports import DAY0, control, pact, sanction


def on(day: str, hours: float = 9) -> dict[str, float]:
    """Return the `day` of a report from its date."""
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return {"day": (at - DAY0).total_seconds() / 86_400 + hours / 24}


def told(make: Any, day: str, stage: str, *papers: str, **facts: Any) -> list[Detection]:
    """Return the reports of one day's act, one for each paper, `language:name`, hours apart."""
    return [
        make(stage, language=language, source=name, article=f"{day}-{name}", **on(day, 9 + 2 * hours), **facts)
        for hours, (language, _, name) in enumerate(paper.partition(":") for paper in papers)
    ]


GALLIUM = {"issuers": "CN", "goods": "gallium germanium"}
BAN = {"issuers": "CN", "targets": "US", "goods": "gallium germanium antimony"}
EU = {"issuers": "EU", "targets": "RU"}
UKRAINE = {"issuers": "US UA", "goods": "critical-minerals"}
SYRIA = {"targets": "SY"}
AMERICAN = {"issuers": "US", "targets": "SY"}
ORE = {"issuers": "ID", "goods": "nickel"}
CHIPS = {"issuers": "NL", "goods": "semiconductor-equipment"}
STRATEGIC = {"issuers": "KR", "targets": "RU BY", "instrument": "전략물자 수출입고시"}

LIVES: dict[str, list[Detection]] = {
    "gallium and germanium 2023 to 2025": [
        *told(
            control,
            "2023-07-03",
            "adopted",
            "zh:gazette",
            "en:wire",
            "de:blatt",
            **GALLIUM,
            instrument="Announcement No. 23 of 2023",
            effective_on=date(2023, 8, 1),
        ),
        *told(control, "2023-09-21", "eased", "en:wire", "pt:jornal", **GALLIUM, quote="first licences were granted"),
        *told(control, "2024-12-02", "expanded", "en:wire", issuers="US", targets="CN", goods="semiconductors"),
        *told(
            control,
            "2024-12-03",
            "adopted",
            "zh:gazette",
            "en:wire",
            "ko:ilbo",
            **BAN,
            instrument="公告2024年第46号",
            quote="a ban in retaliation for Washington's chip rules",
        ),
        *told(
            control,
            "2025-11-09",
            "eased",
            "zh:gazette",
            "es:diario",
            "fa:ruznameh",
            **BAN,
            instrument="公告2025年第72号",
            quote="暂停对美出口禁令至2026年11月27日",
        ),
    ],
    "cobalt from ban to quotas 2025": [
        *told(control, "2025-02-24", "adopted", "en:wire", "fr:journal", issuers="CD", goods="cobalt"),
        *told(control, "2025-06-21", "expanded", "fr:journal", "zh:bao", issuers="CD", goods="cobalt"),
        *told(control, "2025-09-21", "ended", "fr:journal", "en:wire", issuers="CD", goods="cobalt"),
        *told(
            control,
            "2025-09-21",
            "adopted",
            "fr:journal",
            "en:wire",
            issuers="CD",
            goods="cobalt",
            ordinal=1,
            effective_on=date(2025, 10, 16),
        ),
    ],
    "Indian rice 2022 to 2024": [
        *told(control, "2022-09-08", "adopted", "en:wire", "hi:patra", issuers="IN", goods="rice"),
        *told(control, "2023-07-20", "adopted", "en:wire", "hi:patra", "vi:bao", issuers="IN", goods="rice"),
        *told(control, "2024-09-28", "ended", "hi:patra", "en:wire", issuers="IN", goods="rice"),
    ],
    "the European packages 12 to 19": [
        *told(sanction, "2023-12-18", "adopted", "en:wire", "fr:journal", **EU, instrument="12th package"),
        *told(sanction, "2024-02-23", "adopted", "fr:journal", "ru:gazeta", **EU, instrument="treizième paquet"),
        *told(sanction, "2024-06-24", "adopted", "de:blatt", "uk:visti", **EU, instrument="vierzehntes Sanktionspaket"),
        *told(sanction, "2024-12-16", "adopted", "ru:gazeta", "en:wire", **EU, instrument="15-й пакет санкций"),
        *told(sanction, "2025-02-24", "adopted", "es:diario", "it:foglio", **EU, instrument="decimosexto paquete"),
        *told(sanction, "2025-05-20", "adopted", "ar:sahifa", "en:wire", **EU, instrument="الحزمة السابعة عشرة"),
        *told(sanction, "2025-06-10", "proposed", "en:wire", "de:blatt", **EU, instrument="18th package"),
        *told(sanction, "2025-07-18", "adopted", "tr:gazete", "en:wire", **EU, instrument="on sekizinci paket"),
        *told(sanction, "2025-09-19", "proposed", "en:wire", "ja:shimbun", **EU, instrument="第19弾 制裁パッケージ"),
        *told(sanction, "2025-10-23", "adopted", "zh:bao", "pt:jornal", **EU, instrument="第十九轮制裁"),
    ],
    "the minerals pact of the United States and Ukraine 2025": [
        *told(pact, "2025-02-25", "proposed", "uk:visti", "en:wire", **UKRAINE),
        *told(pact, "2025-04-18", "proposed", "zh:bao", "en:wire", **UKRAINE),
        *told(pact, "2025-04-30", "adopted", "en:wire", "ar:sahifa", "ru:gazeta", **UKRAINE),
        *told(pact, "2025-05-08", "adopted", "uk:visti", **UKRAINE),
    ],
    "Syria 2025": [
        *told(sanction, "2025-02-24", "eased", "de:blatt", "en:wire", issuers="EU", **SYRIA, quote="ausgesetzt"),
        *told(sanction, "2025-05-13", "eased", "en:wire", "ar:sahifa", **AMERICAN),
        *told(sanction, "2025-05-20", "ended", "ja:shimbun", "en:wire", issuers="EU", **SYRIA),
        *told(sanction, "2025-05-23", "eased", "ar:sahifa", "pt:jornal", **AMERICAN, instrument="General License 25"),
        *told(sanction, "2025-06-30", "ended", "ko:ilbo", "tr:gazete", **AMERICAN, instrument="행정명령 14312"),
    ],
    "Indonesian nickel ore 2014 to 2020": [
        *told(control, "2014-01-12", "adopted", "id:koran", "en:wire", **ORE, effective_on=date(2014, 1, 12)),
        *told(control, "2017-01-12", "eased", "id:koran", "en:wire", **ORE),
        *told(control, "2019-09-02", "adopted", "en:wire", "zh:bao", **ORE, effective_on=date(2020, 1, 1)),
        *told(control, "2019-10-28", "expanded", "id:koran", "en:wire", **ORE),
    ],
    "the Dutch rules on lithography 2023 to 2025": [
        *told(control, "2023-03-08", "proposed", "en:wire", "de:blatt", **CHIPS),
        *told(control, "2023-06-30", "adopted", "en:wire", "zh:bao", **CHIPS, effective_on=date(2023, 9, 1)),
        *told(control, "2024-09-06", "expanded", "en:wire", "ja:shimbun", **CHIPS),
        *told(control, "2025-01-15", "expanded", "en:wire", "ko:ilbo", **CHIPS),
    ],
    "the Iran snapback 2025": [
        *told(sanction, "2025-08-28", "proposed", "en:wire", "fa:ruznameh", issuers="DE FR GB", targets="IR"),
        *told(sanction, "2025-09-28", "adopted", "en:wire", "fa:ruznameh", "ru:gazeta", issuers="UN", targets="IR"),
        *told(sanction, "2025-09-29", "adopted", "fr:journal", "en:wire", issuers="EU", targets="IR"),
    ],
    "the strategic items of Korea 2023 to 2024": [
        *told(control, "2023-12-26", "proposed", "ko:ilbo", "en:wire", **STRATEGIC),
        *told(control, "2024-02-20", "adopted", "ko:ilbo", "ru:gazeta", **STRATEGIC, effective_on=date(2024, 2, 24)),
        *told(control, "2024-08-30", "expanded", "ko:ilbo", "en:wire", **STRATEGIC),
    ],
}
