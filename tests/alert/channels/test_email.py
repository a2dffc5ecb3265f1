"""E-mail: readable, threaded, impossible to inject into, and honest about what the server said."""

import re
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert import Alert
from services.alert.channels.contract import Message, Outcome, OutcomeKind
from services.alert.channels.email import EmailChannel
from services.alert.channels.mail import Letterhead, compose, mailbox, templates
from services.alert.channels.unsubscribe import verify_unsubscribe_token
from services.alert.objects import Destination
from services.runtime.settings import SmtpSettings
from tests.alert.channels.sample import ARABIC, NASTY, NOW, PUBLIC_URL, alert, message, nasty_alert
from tests.alert.channels.scenes import TOKEN_SECRET
from tests.alert.channels.smtp_double import Authority, Mailbox, smtp_double

TEAM = Destination(id="magnets-team", type="email", to=("buyer@example.org", "legal@example.org"))
LETTERHEAD = Letterhead("Chokepoint <alerts@example.org>", TOKEN_SECRET, templates())


def mail_of(told: Message, destination: Destination = TEAM) -> EmailMessage:
    """Compose a mail and read it back as a mail program does."""
    raw = compose(told, destination, LETTERHEAD, NOW).as_bytes()
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    """Return the text of one part."""
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def channel(mailbox_: Mailbox, tls: str = "off", **changes: object) -> EmailChannel:
    """Make a channel to the double."""
    smtp = SmtpSettings.model_validate(
        {"host": "127.0.0.1", "port": mailbox_.port, "tls": tls, "sender": "Chokepoint <alerts@example.org>", **changes}
    )
    return EmailChannel(smtp, TOKEN_SECRET, lambda: NOW, deadline_seconds=5)


@pytest.fixture
async def server() -> AsyncIterator[Mailbox]:
    """Run a mail server without TLS."""
    async with smtp_double() as running:
        yield running


def test_the_headers_thread_name_and_let_go() -> None:
    """Message-ID from the delivery, thread from the measure, List-Id, one-click unsubscribe, no auto-replies."""
    mail = mail_of(message())
    assert mail["Message-ID"] == "<dlv_0123456789abcdef0123456789@example.org>"
    assert mail["In-Reply-To"] == mail["References"]
    assert mail["Subject"] == f"[high] {alert().headline}"
    assert mail["To"] == "buyer@example.org, legal@example.org"
    assert mail["Date"].datetime == NOW
    assert mail["List-Id"] == "<magnets-team.chokepoint.chokepoint.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    token = re.fullmatch(rf"<{re.escape(PUBLIC_URL)}/unsubscribe/([\w-]+)>", mail["List-Unsubscribe"])
    assert token is not None
    assert verify_unsubscribe_token(TOKEN_SECRET, token[1]) == "magnets-team"


def test_the_thread_belongs_to_one_measure_and_one_destination() -> None:
    """Alerts about one measure stand together; another measure or destination has a thread of its own."""
    other = Destination(id="other", type="email", to=("buyer@example.org",))
    opened, later = message(delivery_id="dlv_1"), message(delivery_id="dlv_2")
    elsewhere = message(alert(measure_id="mea_other"), delivery_id="dlv_3")
    assert mail_of(opened)["References"] == mail_of(later)["References"]
    assert (
        len({mail_of(opened)["References"], mail_of(elsewhere)["References"], mail_of(opened, other)["References"]})
        == 3
    )


def test_without_https_one_click_is_not_promised() -> None:
    """RFC 8058 asks for HTTPS: a plain address is still named, but not for one click."""
    mail = mail_of(message(public_url="http://127.0.0.1:8080"))
    assert mail["List-Unsubscribe"].startswith("<http://127.0.0.1:8080/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] is None


def test_long_addresses_in_headers_are_not_encoded() -> None:
    """An unsubscribe address longer than a line arrives as it is."""
    long = message(public_url="https://" + "very-long-name." * 8 + "example")
    raw = compose(long, TEAM, LETTERHEAD, NOW).as_bytes().decode("ascii")
    [line] = [line for line in raw.split("\r\n") if line.startswith("List-Unsubscribe: ")]
    assert line.startswith("List-Unsubscribe: <https://very-long-name.")
    assert line.endswith(">")


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_parts_say_everything(kind: str) -> None:
    """Headline, stage, severity with reasons, who, goods with HS, date, act, quote, sources, why, way out."""
    text = part(mail_of(message()), kind)
    for said in (
        alert().headline,
        "adopted",
        "adopted by the main producer",
        "→",
        "Gallium (HS 8112.92)",
        "2026-12-01",
        "Announcement No. 46 of 2026",
        "Example Metals Co",
        ARABIC,
        "Arabic",
        "https://news.example/ar/1",
        "Official Gazette",
        message().measure_url,
        "magnets-team: issuer CN; HS 8112",
        f"{PUBLIC_URL}/unsubscribe/",
    ):
        assert said in text


def test_the_quote_runs_from_right_to_left() -> None:
    """HTML says direction and language of each quote; plain text isolates it."""
    mail = mail_of(message())
    assert 'dir="rtl" lang="ar"' in part(mail, "html")
    assert 'dir="ltr" lang="en"' in part(mail, "html")
    assert f"\u2067“{ARABIC}”\u2069" in part(mail, "plain")


class Tags(HTMLParser):
    """Collects what a mail program would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.names.add(tag)
        self.attributes += attrs


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.sampled_from(NASTY), st.text(), st.text(alphabet="\r\n:<>&\"'{}%\0 a")))
def test_no_article_can_inject_a_header_or_markup(text: str) -> None:
    """The headers are ours alone, addressed as we said; no tag, handler or foreign link gets in; lines stay short."""
    told: Alert = nasty_alert(text)
    raw = compose(message(told), TEAM, LETTERHEAD, NOW).as_bytes()
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert sorted(mail.keys()) == sorted(mail_of(message()).keys())
    assert mail["To"] == "buyer@example.org, legal@example.org"
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert not mail.defects
    tags = Tags()
    tags.feed(part(mail, "html"))
    assert tags.names <= _OURS
    assert not [name for name, _ in tags.attributes if name.startswith("on") or name == "src"]
    links = [value for name, value in tags.attributes if name == "href"]
    assert all(str(link).startswith((PUBLIC_URL, "https://news.example/")) for link in links)


_OURS = {
    "html", "head", "meta", "title", "style", "body", "div", "p", "span", "h1", "table", "tr", "th", "td", "blockquote",
    "a", "bdi", "hr",
}  # fmt: skip


def test_the_html_needs_nothing_from_outside_and_knows_the_dark() -> None:
    """No image, script or stylesheet is loaded; dark mode and narrow screens are provided for."""
    html = part(mail_of(message()), "html")
    assert not re.search(r"<(img|script|link|iframe)|url\(|@import", html)
    assert "prefers-color-scheme: dark" in html
    assert 'name="color-scheme" content="light dark"' in html
    assert "width=device-width" in html
    assert not re.search(r"width:\s*[4-9]\d\dpx(?<!max-width:600px)", html.replace("max-width:600px", ""))


@pytest.mark.parametrize(
    ("address", "spec"),
    [
        ("buyer@example.org", "buyer@example.org"),
        ("Buyer <buyer@example.org>", "buyer@example.org"),
        ("buyer@bücher.example", "buyer@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_read(address: str, spec: str) -> None:
    """With a name or without; a domain in letters of its own is written in ASCII."""
    assert mailbox(address).addr_spec == spec


@pytest.mark.parametrize("address", ["", "nobody", "käufer@example.org", "@example.org"])
def test_an_address_that_no_server_takes_is_refused(address: str) -> None:
    """One line says so."""
    with pytest.raises(ValueError, match="address"):
        mailbox(address)


async def test_a_mail_goes_to_all_addresses_in_one_piece(server: Mailbox) -> None:
    """Both recipients stand on one envelope; the server has the mail as composed."""
    outcome = await channel(server).send(message(), TEAM)
    assert (outcome.kind, outcome.status_code) == (OutcomeKind.DELIVERED, 250)
    assert server.recipients == [["buyer@example.org", "legal@example.org"]]
    assert server.mails[0]["Subject"] == f"[high] {alert().headline}"


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_the_mail_travels_encrypted(authority: Authority, tls: str) -> None:
    """STARTTLS and implicit TLS both reach a server whose certificate is good."""
    context = authority.server()
    implicit = context if tls == "implicit" else None
    async with smtp_double(starttls=None if implicit else context, implicit=implicit) as secured:
        smtp = SmtpSettings.model_validate({"host": "127.0.0.1", "port": secured.port, "tls": tls})
        sender = EmailChannel(smtp, TOKEN_SECRET, lambda: NOW, tls_context=authority.client(), deadline_seconds=5)
        assert (await sender.send(message(), TEAM)).kind is OutcomeKind.DELIVERED
        assert secured.encrypted == [True]


async def test_nothing_is_sent_in_the_clear_when_tls_is_asked_for(server: Mailbox) -> None:
    """A server that offers no STARTTLS gets no mail: a retry, with one line that says which setting asks for it."""
    outcome = await channel(server, tls="starttls").send(message(), TEAM)
    assert_waits(outcome, "STARTTLS", "CHOKEPOINT_SMTP__TLS is starttls")
    assert server.raw == []


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_that_is_not_trusted_gets_no_mail(authority: Authority, tls: str) -> None:
    """A wrong certificate is a retry with one line: it is repaired in hours, the alert must not die of it."""
    context = authority.server()
    implicit = context if tls == "implicit" else None
    async with smtp_double(starttls=None if implicit else context, implicit=implicit) as secured:
        outcome = await channel(secured, tls=tls).send(message(), TEAM)
        assert_waits(outcome, "certificate")
        assert secured.raw == []


async def test_a_wrong_password_is_tried_again() -> None:
    """A refused login concerns us, not the mail: a retry that says at which step; the right one is let in."""
    async with smtp_double(password="right") as guarded:
        outcome = await channel(guarded, username="u", password="wrong").send(message(), TEAM)
        assert_waits(outcome, "logging in", "535")
        assert (
            await channel(guarded, username="u", password="right").send(message(), TEAM)
        ).kind is OutcomeKind.DELIVERED


async def test_no_mail_server_set_is_tried_again() -> None:
    """Without a host the line names the setting."""
    outcome = await EmailChannel(SmtpSettings(), TOKEN_SECRET, lambda: NOW).send(message(), TEAM)
    assert_waits(outcome, "CHOKEPOINT_SMTP__HOST")


@pytest.mark.parametrize(
    ("lever", "reply", "kind"),
    [
        ("sender_reply", "451 4.7.1 slow down", OutcomeKind.RETRY),
        ("sender_reply", "553 5.7.1 not you", OutcomeKind.PERMANENT),
        ("data_reply", "452 4.3.1 full", OutcomeKind.RETRY),
        ("data_reply", "554 5.7.1 spam", OutcomeKind.PERMANENT),
    ],
)
async def test_what_the_server_says_decides(server: Mailbox, lever: str, reply: str, kind: OutcomeKind) -> None:
    """4xx is tried again, 5xx is permanent, with the code and words on record."""
    setattr(server, lever, reply)
    outcome = await channel(server).send(message(), TEAM)
    assert (outcome.kind, outcome.status_code) == (kind, int(reply[:3]))
    assert reply[4:].encode() in outcome.answer


@pytest.mark.parametrize(
    ("refusals", "attempt", "kind", "reached"),
    [
        ({"buyer@example.org": "550 no such user"}, 1, OutcomeKind.DELIVERED, [["legal@example.org"]]),
        ({"buyer@example.org": "450 greylisted"}, 1, OutcomeKind.RETRY, []),
        ({"buyer@example.org": "452 mailbox full"}, 4, OutcomeKind.DELIVERED, [["legal@example.org"]]),
        ({"buyer@example.org": "550 no", "legal@example.org": "450 later"}, 9, OutcomeKind.RETRY, []),
        ({"buyer@example.org": "550 no", "legal@example.org": "550 no"}, 1, OutcomeKind.PERMANENT, []),
    ],
)
async def test_one_bad_address_does_not_cost_the_others_their_mail(
    server: Mailbox, refusals: dict[str, str], attempt: int, kind: OutcomeKind, reached: list[list[str]]
) -> None:
    """The mail waits a little for a greylisted address, never for ever, and says who did not get it."""
    server.refusals = refusals
    outcome = await channel(server).send(message(attempt=attempt), TEAM)
    assert outcome.kind is kind
    assert server.recipients == reached
    assert outcome.error is not None
    assert next(iter(refusals.values()))[:3] in outcome.error or kind is OutcomeKind.RETRY


def assert_waits(outcome: Outcome, *said: str) -> None:
    """Hold that it is tried again, with one line that says these."""
    assert outcome.kind is OutcomeKind.RETRY
    assert outcome.error is not None
    assert "\n" not in outcome.error
    for each in said:
        assert each in outcome.error
