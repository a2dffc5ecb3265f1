"""Three reports of one pact, in three languages, as they really come: commentary, boilerplate, lost half-spaces.

Written for these tests, in the likeness of what is scraped every day; the pact is signed on 28 October 2025.
"""

from typing import Any

ENGLISH = {
    "url": "https://analysis.example/us-japan-minerals",
    "title": "Washington and Tokyo put a rare earth accord in writing",
    "text": (
        "On October 28 the leaders of the United States and Japan signed a framework agreement on securing the supply "
        "of critical minerals and rare earths. Under the document the two sides will coordinate investment in mines, "
        "separation plants and stockpiles, officials said.\n"
        "A professor in Changchun called it a response to China's earlier export controls and said something similar "
        "could one day happen between the United States and South Korea. On October 20 Washington had concluded a deal "
        "with Australia.\n"
        "The views expressed are those of the author."
    ),
    "language": "en",
    "published_at": "2025-10-29T08:00:00Z",
    "source": {"id": "analysis-en", "name": "Analysis Daily", "kind": "news", "country": "GB"},
}
ARABIC = {
    "url": "https://akhbar.example/amrika-yaban",
    "title": "الولايات المتحدة واليابان توقعان اتفاقاً لتأمين إمدادات المعادن النادرة",
    "text": (
        "وقّعت الولايات المتحدة واليابان، الثلاثاء، في طوكيو اتفاقاً لتعزيز التعاون في توريد المعادن الأرضية النادرة "
        "والمعادن الحيوية، في خطوة تهدف إلى ضمان الإمدادات اللازمة للصناعات المتقدمة.\n"
        "وكانت واشنطن قد أبرمت في وقت سابق تفاهمات مماثلة مع أستراليا وكندا، فيما تهيمن الصين على معظم الإنتاج العالمي."
    ),
    "language": "ar",
    "published_at": "2025-10-28T12:00:00Z",
    "source": {"id": "akhbar", "name": "Akhbar", "kind": "news", "country": "LB"},
}
PERSIAN = {
    "url": "https://khabar.example/tavafogh",
    "title": "آمریکا و ژاپن توافقنامه تأمین عناصر خاکی کمیاب امضا کردند",
    "text": (
        "رئیسجمهور آمریکا و نخستوزیر ژاپن روز سهشنبه ششم آبان در توکیو توافقنامهای برای تأمین عناصر خاکی کمیاب و "
        "مواد معدنی حیاتی امضا کردند.\n"
        "پکن پیشتر محدودیتهای صادراتی خود را گسترش داده بود و واشنگتن هفته گذشته شرکتهای روسنفت و لوکاویل را "
        "تحریم کرده بود."
    ),
    "language": "fa",
    "published_at": "2025-10-28T14:00:00Z",
    "source": {"id": "khabar", "name": "Khabar", "kind": "news", "country": "IR"},
}
REPORTS: tuple[dict[str, Any], ...] = (ENGLISH, ARABIC, PERSIAN)

LOOK_ALIKE = {
    "url": "https://sport.example/cas",
    "title": "Court upholds sanctions against the sprinter",
    "text": "The Court of Arbitration for Sport on Monday upheld the two-year ban imposed on the sprinter for doping.",
    "language": "en",
    "published_at": "2025-10-29T09:00:00Z",
    "source": {"id": "sport", "name": "Sport", "kind": "news"},
}
