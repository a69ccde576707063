# Invariant: whatever text comes, each small reader gives its value or raises an error of
# ours, and takes less than a second for each megabyte, and one more.
"""Fuzz the readers of short texts: records, addresses, files, policies, notices, mails' heads.

    .venv/bin/python fuzz/fuzz_texts.py SECONDS [SEED]

Each reader has its turn with mutations of what it reads well.  On the first breach it
prints the reader, the input and what was wrong, and ends with status 1.
"""

# ruff: noqa: E501  a table of readers

import json
import random
import sys
import time
import traceback

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sendas.auth.dkim import parse_dkim_key
from sendas.auth.dmarc import parse_dmarc
from sendas.auth.spf import parse_spf
from sendas.auth.spf_macros import BadMacro, parse_macros
from sendas.auth.tags import read_tags
from sendas.config.load import parse_config
from sendas.config.networks import BadNetwork, parse_network
from sendas.dns.mx import parse_mx
from sendas.errors import SendasError
from sendas.forward.routes_file import parse_routes
from sendas.history.line import read_line
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.journal.record_file import read_record
from sendas.mail.address import Address, MalformedAddress, addresses_in
from sendas.mail.domain import Domain, MalformedDomain
from sendas.mail.mailboxes import read_mailboxes
from sendas.reply.keys import parse_keys
from sendas.ses.events import read_events
from sendas.ses.notices import read_body
from sendas.ses.regions import parse_region
from sendas.smtp.identify import identify


LARGEST = 200_000
SLOW = 1.0
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "a",
            "Effect": "Allow",
            "Action": ["ses:Send*", "s3:Get?bject"],
            "Resource": "arn:aws:ses:*:123456789012:identity/${aws:username}",
            "Condition": {"StringLike": {"ses:FromAddress": ["*@example.com"]}},
        },
        {"Effect": "Deny", "NotAction": "iam:*", "NotResource": ["*"]},
    ],
}
FILE = """\
region = "us-east-2"
[[domain]]
name = "example.com"
notices = "o@gmail.com"
[[domain.mailbox]]
name = "me"
to = ["o@gmail.com"]
send = "smtp"
"""
NOTICE = {
    "notificationType": "Received",
    "receipt": {
        "timestamp": "2026-01-02T03:04:05.000Z",
        "recipients": ["me@example.com"],
        "spamVerdict": {"status": "PASS"},
        "action": {"type": "S3", "bucketName": "b", "objectKey": "k"},
    },
    "mail": {"messageId": "id1", "source": "jane@example.net", "headers": []},
}
EVENT = {
    "eventType": "Bounce",
    "mail": {"messageId": "id1", "timestamp": "2026-01-02T03:04:05.000Z", "destination": []},
    "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "a@b.example"}]},
}
ROUTES = {
    "schema": "sendas.routes/1",
    "domains": {"example.com": {"forwarding_address": "f@example.com", "routes": {"me": ["o@g.org"]}}},
}  # fmt: skip


def as_bytes(text: str) -> bytes:
    """What is read as bytes; lone surrogates too."""
    return text.encode("utf-8", "surrogatepass")


def decide_by(text: str) -> object:
    """A policy, and a decision by it."""
    asked = Request("ses:SendRawEmail", ("arn:aws:ses:x:123456789012:identity/a",), "arn:aws:iam::123456789012:user/u")  # fmt: skip
    return decide((PolicyDocument("p", Source.INLINE, text),), asked)


@dataclass(frozen=True)
class Reader:
    """One reader of text: what it reads well, and which errors are its own."""

    name: str
    read: Callable[[str], object]
    seeds: tuple[str, ...]
    own: tuple[type[Exception], ...] = (SendasError,)


READERS = (
    Reader("SPF", parse_spf, ("v=spf1 include:amazonses.com ip4:192.0.2.0/24 a:%{d} -all", "v=spf1 redirect=x.example")),
    Reader("SPF macros", parse_macros, ("%{ir}.%{v}._spf.%{d2}", "%%%_%-"), (SendasError, BadMacro)),
    Reader("DKIM key", parse_dkim_key, ("v=DKIM1; k=rsa; h=sha256; t=s; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ==", "p=")),
    Reader("DMARC", parse_dmarc, ("v=DMARC1; p=none; sp=reject; rua=mailto:a@b.example!10m; pct=50; fo=1:d:s",)),
    Reader("tags", read_tags, ("a=b; c = d ;; e",)),
    Reader("MX", parse_mx, ("10 inbound-smtp.us-east-1.amazonaws.com.", "0 .")),
    Reader("address", Address, ("me+x@example.com", '"a b"@xn--exmple-cua.net', "ä@exämple.net"), (SendasError, MalformedAddress)),
    Reader("addresses in text", addresses_in, ("Jane <jane@example.net>, x@y.example; (a@b)",)),
    Reader("mailboxes", lambda t: read_mailboxes(as_bytes(t)), ('"Doe, Jane" <jane@example.net>, g: a@b, c@d;, =?utf-8?q?x?= <e@f>',)),
    Reader("domain", Domain, ("example.com", "exämple.net.", "xn--exmple-cua.net"), (SendasError, MalformedDomain)),
    Reader("Region", parse_region, ("us-east-1", "eu-west-2 ")),
    Reader("network", parse_network, ("192.0.2.0/24", "2001:db8::/56"), (SendasError, BadNetwork)),
    Reader("sendas.toml", parse_config, (FILE, FILE + "[limits]\nmax_hops = 5\n[relay]\nhost = 'r.example.com'\n")),
    Reader("routes", parse_routes, (json.dumps(ROUTES),)),
    Reader("record of a mail", lambda t: read_record(as_bytes(t)), ('{"schema": "sendas.mail/2", "tasks": [], "forward_paths": []}',)),
    Reader("line of the history", lambda t: read_line(as_bytes(t)), ('{"v":1,"id":"x","at":"2026-01-02T03:04:05Z","kind":"send"}',)),
    Reader("notice of SES", read_body, (json.dumps({"Type": "Notification", "Message": json.dumps(NOTICE)}), json.dumps(NOTICE))),
    Reader("events of SES", read_events, (json.dumps(EVENT), json.dumps({"Message": json.dumps(EVENT)}))),
    Reader("IAM policy", decide_by, (json.dumps(POLICY),)),
    Reader("keys of aliases", parse_keys, ('{"current": "' + "a" * 64 + '"}',)),
    Reader("password", lambda t: identify(t, now=datetime(2026, 1, 2, tzinfo=UTC)), ("BEJZkb1yEXAMPLEmmmmmmmmmmmmmmmmmmmmmmmmmmmm", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
)  # fmt: skip
PIECES = (
    "\0", "\r\n", "\n", "\t", " ", '"', "'", "\\", "/", "*", "?", "${", "}", "{", "[", "]", ",", ":", ";",
    "=", "@", "%", "%{", "<", ">", "(", ")", "-", ".", "..", "_", "\u2028", "\ud800", "ß", "İ", "\U0001f600", "0",
    "9" * 400, "-1", "1e999", "null", "true", "NaN", "a" * 5000, "xn--", "\ufeff", "\x7f", "\x1b[31m",
)  # fmt: skip


def mutated(dice: random.Random, reader: Reader) -> str:
    """Something like what the reader reads, and not quite."""
    text = dice.choice(reader.seeds)
    for _ in range(dice.randrange(1, 8)):
        start = dice.randrange(len(text) + 1)
        end = min(len(text), start + dice.choice((0, 0, 1, 2, 20)))
        piece = dice.choice((*PIECES, text[start:end], dice.choice(reader.seeds)))
        text = text[:start] + piece * dice.choice((1, 1, 1, 2, 40)) + text[end:]
    return text[:LARGEST]


def breach(reader: Reader, text: str) -> str:
    """What is wrong with how *text* is read; empty when nothing is."""
    began = time.process_time()
    try:
        reader.read(text)
    except reader.own:
        pass
    except Exception:  # noqa: BLE001  any other exception is what is looked for
        return traceback.format_exc()
    took = time.process_time() - began
    return f"{took:.1f} s" if took > SLOW + len(text) / 1_048_576 else ""


def main(arguments: list[str]) -> int:
    """Fuzz for so many seconds, each reader in turn."""
    seconds = float(arguments[1]) if len(arguments) > 1 else 10.0
    seed = int(arguments[2]) if len(arguments) > 2 else random.SystemRandom().randrange(10**9)  # noqa: PLR2004
    dice, tried = random.Random(seed), 0  # noqa: S311  no secret
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        reader = READERS[tried % len(READERS)]
        text = mutated(dice, reader)
        if wrong := breach(reader, text):
            sys.stdout.write(f"seed {seed}, input {tried}, {reader.name}: {text!r}\n{wrong}\n")
            return 1
        tried += 1
    sys.stdout.write(
        f"seed {seed}: {tried} inputs of {len(READERS)} readers in {seconds:.0f} s, no breach\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
