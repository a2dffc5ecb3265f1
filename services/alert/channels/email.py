"""E-mail by SMTP, encrypted unless the setting says otherwise.

What the server says decides: 4xx is tried again, 5xx to the sender, the recipients or the text is permanent. What
concerns us and not the mail (no connection, no encryption, a refused certificate or password) is tried again with one
clear line: an alert must not die of a password that is changed an hour later. A connection lost after the text was
sent is unknown; the mail goes out again under the same Message-ID, which mailboxes take for the same mail.
"""

import asyncio
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException

from services.alert.channels.contract import ANSWER_BYTES, Message, Outcome, OutcomeKind
from services.alert.channels.mail import Letterhead, compose, mailbox, templates
from services.alert.channels.plain_text import one_line, shortened
from services.alert.objects import Destination
from services.runtime.clock import Clock
from services.runtime.settings import SmtpSettings

DEADLINE_SECONDS = 15.0
_PERMANENT_FROM = 500
_PATIENT_ATTEMPTS = 3


@dataclass(slots=True)
class _Session:
    """How far one SMTP session has come, and what the server said."""

    step: str = "connecting"
    ours: bool = True
    """Whether a refusal would concern our access rather than this mail."""
    patient: bool = True
    """Whether the mail still waits for every recipient."""
    sent: bool = False
    code: int | None = None
    answer: str = ""
    refused: list[SMTPRecipientRefused] = field(default_factory=list)

    def enter(self, step: str, *, ours: bool) -> None:
        self.step, self.ours = step, ours


class EmailChannel:
    """Sends one mail to all addresses of a destination."""

    in_flight: Final = 4

    def __init__(
        self,
        smtp: SmtpSettings,
        secret: str,
        clock: Clock,
        tls_context: ssl.SSLContext | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._smtp = smtp
        self._clock = clock
        self._tls_context = tls_context
        self._deadline_seconds = deadline_seconds
        self._letterhead = Letterhead(smtp.sender, secret, templates())

    async def send(self, message: Message, destination: Destination) -> Outcome:
        """Send the alert once."""
        if self._smtp.host is None:
            return Outcome(OutcomeKind.RETRY, error="no mail server is set; set CHOKEPOINT_SMTP__HOST and restart")
        try:
            mail = compose(message, destination, self._letterhead, self._clock())
            recipients = [mailbox(each).addr_spec for each in destination.to]
            sender = mailbox(self._smtp.sender).addr_spec
        except ValueError as error:
            return Outcome(OutcomeKind.PERMANENT, error=str(error))
        patient = message.attempt <= _PATIENT_ATTEMPTS
        return await self._attempt(sender, recipients, mail.as_bytes(), patient=patient)

    async def _attempt(self, sender: str, recipients: list[str], mail: bytes, *, patient: bool) -> Outcome:
        session, started = _Session(patient=patient), time.monotonic()
        error: Exception | None = None
        try:
            async with asyncio.timeout(self._deadline_seconds):
                await self._transact(session, sender, recipients, mail)
        except (SMTPException, OSError, ValueError) as caught:  # OSError covers TimeoutError and ssl.SSLError
            error = caught
        latency_ms = int((time.monotonic() - started) * 1000)
        return self._outcome(session, error, latency_ms)

    async def _transact(self, session: _Session, sender: str, recipients: list[str], mail: bytes) -> None:
        smtp = SMTP(
            hostname=self._smtp.host,
            port=self._smtp.port,
            local_hostname=_own_name(),
            timeout=self._deadline_seconds,
            use_tls=self._smtp.tls == "implicit",
            start_tls=False,  # asked for below, so that it is never left to what the server offers
            tls_context=self._tls_context,
        )
        await smtp.connect()
        try:
            await self._log_in(session, smtp)
            session.enter("naming the sender", ours=False)
            await smtp.mail(sender)
            await _name_recipients(session, smtp, recipients)
            session.enter("sending the text", ours=False)
            session.sent = True
            answer = await smtp.data(mail)
            session.code, session.answer = answer.code, answer.message
        finally:
            await _leave(smtp)

    async def _log_in(self, session: _Session, smtp: SMTP) -> None:
        if self._smtp.tls == "starttls":
            session.enter("asking for encryption (STARTTLS)", ours=True)
            await smtp.starttls()
        if self._smtp.username and self._smtp.password:
            session.enter("logging in", ours=True)
            await smtp.login(self._smtp.username, self._smtp.password.get_secret_value())

    def _outcome(self, session: _Session, error: Exception | None, latency_ms: int) -> Outcome:
        where = f"{self._smtp.host}:{self._smtp.port}"
        if session.code is not None:
            return _accepted(session, latency_ms)
        if isinstance(error, SMTPResponseException):
            return _refused(session, error, where, latency_ms)
        said = f"no answer within {self._deadline_seconds:g} s" if isinstance(error, TimeoutError) else str(error)
        kind = OutcomeKind.UNKNOWN if session.sent else OutcomeKind.RETRY
        line = (
            f"mail server {where}, {session.step}: {one_line(said) or type(error).__name__}{self._hint(session, error)}"
        )
        return Outcome(kind, latency_ms=latency_ms, error=shortened(line, 300))

    def _hint(self, session: _Session, error: Exception | None) -> str:
        if "STARTTLS" in session.step or isinstance(error, ssl.SSLError):
            return f"; CHOKEPOINT_SMTP__TLS is {self._smtp.tls}: nothing is sent without the encryption it asks for"
        return ""


async def _name_recipients(session: _Session, smtp: SMTP, recipients: list[str]) -> None:
    """Name each recipient, and raise a refusal while waiting may help or nobody is left.

    A refusal that may pass (greylisting) stops the mail for all in the first attempts, so that nobody gets it twice;
    after that the others no longer wait for one full mailbox.
    """
    session.enter("naming the recipients", ours=False)
    for recipient in recipients:
        try:
            await smtp.rcpt(recipient)
        except SMTPRecipientRefused as error:
            session.refused.append(error)
    passing = [error for error in session.refused if error.code < _PERMANENT_FROM]
    nobody = len(session.refused) == len(recipients)
    if passing and (session.patient or nobody):
        raise passing[0]
    if nobody:
        raise session.refused[0]


def _accepted(session: _Session, latency_ms: int) -> Outcome:
    refused = "; ".join(f"{error.recipient} ({error.code} {one_line(error.message)})" for error in session.refused)
    return Outcome(
        OutcomeKind.DELIVERED,
        status_code=session.code,
        latency_ms=latency_ms,
        answer=session.answer.encode("utf-8", "replace")[:ANSWER_BYTES],
        error=shortened(f"not taken for {refused}", 300) if refused else None,
    )


def _refused(session: _Session, error: SMTPResponseException, where: str, latency_ms: int) -> Outcome:
    permanent = error.code >= _PERMANENT_FROM and not session.ours
    line = f"mail server {where}, {session.step}: {error.code} {one_line(error.message)}"
    return Outcome(
        OutcomeKind.PERMANENT if permanent else OutcomeKind.RETRY,
        status_code=error.code,
        latency_ms=latency_ms,
        answer=error.message.encode("utf-8", "replace")[:ANSWER_BYTES],
        error=shortened(line, 300),
    )


def _own_name() -> str:
    """Return the name for EHLO; asking the resolver for a better one could block."""
    name = socket.gethostname()
    return name if name.isascii() and name else "localhost"


async def _leave(smtp: SMTP) -> None:
    """Say goodbye where the server still listens; the mail's fate is settled by now."""
    with suppress(SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(1):
            await smtp.quit()
    smtp.close()
