"""What mail clients say when they came as far as no reply: the same ends as our own dialogue's.

A client shows the words of its operating system, its TLS library or its own for it.  Which end
each tells of is `Outcome`'s to name, and `sendas.smtp.verdict` says what that means.
Sources: errno(3), getaddrinfo(3), OpenSSL's, Go's and Java's TLS errors, CPython's smtplib,
nodemailer, JavaMail, Ruby's Net::SMTP; Gmail's set-up dialog as public reports quote it (FACTS 5.3
has no confirmed source: matched loosely).
"""

from sendas.smtp.probe import Outcome


_TOLD: tuple[tuple[Outcome, tuple[str, ...]], ...] = (
    (
        Outcome.WRONG_TLS_MODE,
        (
            "wrong version number", "wrong_version_number", "record layer failure",
            "first record does not look like a tls handshake", "packet length too long",
            "unsupported or unrecognized ssl message", "unrecognized ssl message",
            "ssl3_get_record:", "unknown protocol", "try changing your ssl settings",
            "invalid greeting", "response: -1", "frame size larger than",
        ),
    ),
    (
        Outcome.BAD_CERTIFICATE,
        (
            "certificate verify failed", "certificate_verify_failed", "certificate doesn't match",
            "certificate does not match", "unable to get local issuer", "self signed certificate",
            "self-signed certificate", "certificate has expired", "certificate is valid for",
            "does not match certificate", "certificate is not trusted", "certpathbuilder",
            "pkix path", "signed by unknown authority", "certificate name mismatch",
            "remote certificate is invalid", "unable to verify the first certificate",
            "hostname mismatch", "certificate is not valid for",
        ),
    ),
    (
        Outcome.NAME_UNKNOWN,
        (
            "name or service not known", "getaddrinfo", "no such host", "nodename nor servname",
            "unknownhostexception", "could not resolve host", "no address associated with",
            "temporary failure in name resolution", "enotfound", "php_network_getaddresses",
            "unknown host", "no such host is known", "host could not be found",
        ),
    ),
    (Outcome.NO_ROUTE, ("network is unreachable", "no route to host", "enetunreach",
                        "ehostunreach")),
    (
        Outcome.CONNECTION_REFUSED,
        ("connection refused", "econnrefused", "actively refused", "couldn't connect to server"),
    ),
    (
        Outcome.STARTTLS_NOT_OFFERED,
        (
            "starttls extension not supported", "starttls is not supported",
            "does not support starttls", "doesn't support starttls",
        ),
    ),
    (
        Outcome.AUTH_NOT_OFFERED,
        (
            "smtp auth extension not supported", "does not advertise auth",
            "server doesn't support auth", "no mechanism available",
            "no authentication mechanisms supported", "no suitable authentication method",
            "sasl authentication failed: no mechanism",
        ),
    ),
    (
        Outcome.TLS_FAILED,
        (
            "tls negotiation failed", "handshake failure", "no protocols available",
            "unsupported protocol", "unable to establish secure ssl connection",
            "trouble establishing", "handshake_failure", "ssl handshake failed",
            "no appropriate protocol", "protocol is disabled",
        ),
    ),
    (
        Outcome.BLOCKED,
        (
            "connection timed out", "etimedout", "i/o timeout", "execution expired",
            "greeting never received", "connect timed out", "operation timed out",
            "connection timeout", "read timed out", "timed out", "responding too slowly",
            "couldn't reach server", "could not reach server", "could not connect to smtp host",
            "couldn't connect to host", "no response from server",
        ),
    ),
    (
        Outcome.DISCONNECTED,
        (
            "connection unexpectedly closed", "connection reset", "econnreset", "socket hang up",
            "connection closed unexpectedly", "unexpected eof", "server hung up", ": eof",
            "end of file reached", "connection aborted", "broken pipe", "remote host closed",
            "got empty code", "but got an empty response", "lost connection with",
        ),
    ),
)  # fmt: skip
"""Lower case; the more telling ends first, since clients name several causes in one text."""


def end_told(text: str) -> Outcome | None:
    """How the dialogue ended by what a client says in *text*; None where it does not say so."""
    lowered = " ".join(text.lower().replace("\u2019", "'").split())
    return next(
        (outcome for outcome, said in _TOLD if any(words in lowered for words in said)), None
    )
