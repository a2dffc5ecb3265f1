"""The mail server: connect, greet, encrypt, log in; no mail is sent."""

import smtplib
import ssl
from collections.abc import Iterator
from typing import Final

from services.cli.checks import Check, Failure
from services.runtime.settings import SmtpSettings

SECONDS: Final = 10.0


def smtp_checks(smtp: SmtpSettings) -> Iterator[Check]:
    """Look at the mail server, where one is set."""
    if smtp.host:
        yield Check("smtp", lambda: _smtp(smtp))
    else:
        yield Check("smtp", lambda: "not set; e-mail destinations need CHOKEPOINT_SMTP__HOST")


def _smtp(smtp: SmtpSettings) -> str:
    where = f"{smtp.host}:{smtp.port}"
    try:
        with _connect(smtp) as server:
            server.ehlo()
            if smtp.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if smtp.username:
                server.login(smtp.username, smtp.password.get_secret_value() if smtp.password else "")
    except smtplib.SMTPAuthenticationError as error:
        raise Failure(
            f"{where} refuses the login ({error.smtp_code})", "correct CHOKEPOINT_SMTP__USERNAME and PASSWORD"
        ) from None
    except smtplib.SMTPNotSupportedError as error:
        raise Failure(
            f"{where}: {error}", "set CHOKEPOINT_SMTP__TLS to implicit, or to off inside your own network"
        ) from None
    except ssl.SSLError as error:
        raise Failure(
            f"{where}: {error}", "check CHOKEPOINT_SMTP__TLS (starttls is for 587, implicit for 465)"
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Failure(f"{where}: {error}", "correct CHOKEPOINT_SMTP__HOST and PORT, or start the mail server") from None
    return f"{where}, {smtp.tls}"


def _connect(smtp: SmtpSettings) -> smtplib.SMTP:
    host = smtp.host or ""
    if smtp.tls == "implicit":
        return smtplib.SMTP_SSL(host, smtp.port, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, smtp.port, timeout=SECONDS)
