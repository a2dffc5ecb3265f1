"""An alert as a mail: text and HTML, threaded on the measure, with a one-click way out; no header can be injected."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.alert.channels.contract import Message
from services.alert.channels.facts import facts
from services.alert.channels.plain_text import isolated, one_line, shortened
from services.alert.channels.unsubscribe import unsubscribe_token
from services.alert.objects import Destination

_SUBJECT = 180
_VERBATIM = frozenset({"message-id", "in-reply-to", "references", "list-id", "list-unsubscribe"})


class _Policy(EmailPolicy):
    """Python's mail policy, except that addresses in angle brackets are never folded.

    The standard one turns an identifier longer than a line into encoded words, which no mail program takes for an
    address any more.
    """

    def fold(self, name: str, value: str) -> str:
        """Return the header as it is sent."""
        return f"{name}: {value}\r\n" if name.lower() in _VERBATIM else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header as bytes."""
        return (
            self.fold(name, value).encode("ascii", "replace")
            if name.lower() in _VERBATIM
            else super().fold_binary(name, value)
        )


_POLICY = _Policy(linesep="\r\n", utf8=False, max_line_length=SMTP.max_line_length)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all mails of an installation share."""

    sender: str
    """`Name <address>`."""
    secret: str
    """Signs the unsubscribe tokens."""
    templates: Environment


def templates() -> Environment:
    """Return the templates' environment: HTML is escaped, a missing value is an error."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def compose(message: Message, destination: Destination, letterhead: Letterhead, now: datetime) -> EmailMessage:
    """Return the mail. Raises ValueError, one line, for an address that cannot be used."""
    told, from_ = facts(message), mailbox(letterhead.sender)
    domain = from_.domain or "localhost"
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = from_
    mail["To"] = [mailbox(each) for each in destination.to]
    mail["Subject"] = shortened(f"[{told.severity}] {told.headline}", _SUBJECT)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.delivery_id}@{domain}>"
    thread = thread_id(message.alert.measure_id, destination.id, domain)
    mail["In-Reply-To"] = mail["References"] = thread
    url = _unsubscribe_url(message, destination, letterhead.secret)
    _add_list_headers(mail, _list_id(message, destination), url)
    values = {"told": told, "isolated": isolated, "unsubscribe_url": url}
    environment = letterhead.templates
    mail.set_content(environment.get_template("alert.txt.j2").render(values))
    mail.add_alternative(environment.get_template("alert.html.j2").render(values), subtype="html")
    return mail


def thread_id(measure_id: str, destination_id: str, domain: str) -> str:
    """Return the id that all mails about one measure to one destination refer to.

    No mail bears it: each refers to it from the first on, so that they stand together in whatever order they come.
    """
    digest = hashlib.sha256(f"{measure_id}\x1f{destination_id}".encode()).hexdigest()[:26]
    return f"<measure.{digest}@{domain}>"


def mailbox(text: str) -> Address:
    """Return an address for a header; a domain in letters of its own is written in ASCII (IDNA).

    Raises ValueError with one line.
    """
    name, spec = parseaddr(one_line(text))
    local, _, domain = spec.rpartition("@")
    if not local or not local.isascii():
        raise ValueError(f"{one_line(text)[:100]!r} is not an address that every mail server takes; use one in ASCII")
    try:
        return Address(name, local, domain.encode("idna").decode("ascii"))
    except (UnicodeError, ValueError, IndexError) as error:
        raise ValueError(f"{one_line(text)[:100]!r} is not an e-mail address") from error


def _add_list_headers(mail: EmailMessage, list_id: str, url: str) -> None:
    mail["List-Id"] = list_id
    mail["List-Unsubscribe"] = f"<{url}>"
    if url.startswith("https://"):  # RFC 8058, section 3.1: one click needs HTTPS
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply to this


def _list_id(message: Message, destination: Destination) -> str:
    host = urlsplit(message.public_url).hostname or "localhost"
    label = re.sub(r"[^a-z0-9]+", "-", destination.id).strip("-") or "alerts"
    return f"<{label}.chokepoint.{_ascii(host)}>"


def _unsubscribe_url(message: Message, destination: Destination, secret: str) -> str:
    return f"{message.public_url.rstrip('/')}/unsubscribe/{unsubscribe_token(secret, destination.id)}"


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return "localhost"
