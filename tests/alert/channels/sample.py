"""An alert as the service makes it, with evidence in two scripts, and headlines that mean harm."""

from datetime import UTC, date, datetime
from typing import Any

from schemas.alert import Alert, AlertType, Change, Quote, Severity
from schemas.article import Source, SourceKind
from schemas.detection import Kind, Stage
from schemas.measure import Good, Measure, Reporter
from services.alert.channels.contract import Because, Message

NOW = datetime(2026, 11, 24, 6, 30, 15, tzinfo=UTC)
PUBLIC_URL = "https://chokepoint.example"

ARABIC = "أعلنت الصين يوم الثلاثاء قيودا جديدة على تصدير الغاليوم والجرمانيوم إلى الولايات المتحدة."
PERSIAN = "چین صادرات گالیم و ژرمانیم به آمریکا را محدود می‌کند."

NASTY = (
    "Subject line\r\nBcc: everyone@victim.example\r\n\r\nbody",
    "\nX-Injected: yes",
    "<!channel> <!here> <!everyone> read this",
    "<@U012AB3CD> <#C024BE7LR|general> <!subteam^SAZ94GDB8>",
    "<https://evil.example|Official source>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7}",
    "*bold* _italic_ ~struck~ `code` ```block```",
    "China \u202edetfil sah\u202c controls \u2066x\u2069",
    "zero\u200bwidth\u00adsoft\ufeffmark",
    "\x00\x07\x1b[31mred\x1b[0m",
    "line\u2028separator\u2029paragraph",
    "&lt;!channel&gt; &amp; &#60;",
    "a" * 5000,
    "&" * 5000,
    "<" * 3000,
    "漢" * 4000,
    "",
    "   ",
)


def alert(**changes: Any) -> Alert:
    """Make the example; `changes` replace fields of the alert, `measure` those of its measure."""
    of_measure = changes.pop("measure", {})
    measure = Measure(
        **{
            "id": "mea_0123456789abcdef0123456789",
            "version": 2,
            "kind": Kind.EXPORT_CONTROL,
            "stage": Stage.ADOPTED,
            "issuers": ("CN",),
            "targets": ("US",),
            "entities": ("Example Metals Co",),
            "commodities": (
                Good(id="gallium", name="Gallium", group="critical-minerals", hs=("811292",)),
                Good(id="germanium", name="Germanium", group="critical-minerals", hs=("811292", "2825")),
            ),
            "instrument": "Announcement No. 46 of 2026",
            "effective_on": date(2026, 12, 1),
            "first_reported_at": NOW,
            "confidence": 0.91,
            "sources": (
                reporter("official-gazette", "Official Gazette", "zh"),
                reporter("example-news", "Example News", "ar"),
            ),
            **of_measure,
        }
    )
    values = {
        "id": "alr_0123456789abcdef0123456789",
        "measure_id": measure.id,
        "version": measure.version,
        "type": AlertType.STAGE_CHANGED,
        "headline": "China adopts export controls on gallium and germanium to the United States",
        "measure": measure,
        "changes": (Change(field="stage", before="proposed", after="adopted"),),
        "severity": Severity.HIGH,
        "severity_reasons": ("adopted by the main producer", "critical minerals"),
        "evidence": (
            Quote(
                quote=ARABIC, language="ar", source="Example News", url="https://news.example/ar/1", article_id="art_1"
            ),
            Quote(quote="The ministry decided it.", language="en", source="Wire", url=None, article_id="art_2"),
        ),
        "created_at": NOW,
    }
    return Alert(**{**values, **changes})


def reporter(source_id: str, name: str, language: str) -> Reporter:
    """Make an article that supports the measure."""
    source = Source(id=source_id, name=name, kind=SourceKind.NEWS, country="CN")
    return Reporter(
        article_id=f"art_{source_id}", url=f"https://{source_id}.example/1", language=language, source=source
    )


def message(told: Alert | None = None, **changes: Any) -> Message:
    """Make the message that tells the example."""
    values = {
        "alert": told or alert(),
        "delivery_id": "dlv_0123456789abcdef0123456789",
        "attempt": 1,
        "public_url": PUBLIC_URL,
        "because": (Because("magnets-team", ("issuer CN", "HS 8112")),),
    }
    return Message(**{**values, **changes})


def nasty_alert(text: str) -> Alert:
    """Make an alert whose every text from outside is `text`."""
    source = Source(id="s", name=text.strip()[:300] or "s", kind=SourceKind.NEWS)
    url = f"https://news.example/{text}" if len(text) < 1000 else "https://news.example/"
    return alert(
        headline=text,
        severity_reasons=(text,),
        changes=(Change(field=text, before=text, after=[text]),),
        evidence=(Quote(quote=text, language="ar", source=text, url=url, article_id="art_1"),),
        measure={
            "instrument": text,
            "entities": (text,) * 3,
            "commodities": (Good(id="gallium", name=text, group="x", hs=("811292",)),),
            "sources": (Reporter(article_id="art_1", url=url[:4096], title=text, source=source),),
        },
    )
