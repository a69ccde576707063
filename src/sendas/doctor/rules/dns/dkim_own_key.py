"""DNS112: the DKIM key of one's own is published whole.

Asks: where SES signs with a key that the owner brought (BYODKIM), does one TXT record
at ``<selector>._domainkey.<domain>`` hold an RSA public key, whole and in the form
that receivers read?

Why it matters: without it SES does not verify the domain, and receivers cannot check
a signature.  A key of 2048 bits is longer than one string of a TXT record: panels cut
it at 255 characters, or people join it with a piece missing.

How to mend: publish the public half of the key that SES has, as several strings of
one record; or let SES manage the keys (Easy DKIM).

Source: RFC 6376, 3.6.1; RFC 7208, 3.3 (strings of one record); SES guide, "Provide
your own DKIM authentication token (BYODKIM)".
"""

import base64

from collections.abc import Iterator

from sendas.advice import Applies, Help, Owner
from sendas.auth.der import MalformedKey, check_rsa_key, wrapped
from sendas.auth.dkim import MalformedDkimKey, dkim_name, parse_dkim_key
from sendas.dns.answers import RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.dns._records import exhibit, line, values, wait_seconds


def judge(evidence: Evidence) -> Verdict | None:
    """Whether receivers find the key."""
    identity = evidence.identity(evidence.subject.domain)
    if identity is None or identity.dkim.origin != "EXTERNAL":
        return None
    names = [dkim_name(selector, identity.name) for selector in identity.dkim.tokens]
    shown = tuple(exhibit(evidence, name, RecordType.TXT) for name in names)
    for name, mistake in _mistakes(evidence, names):
        if mend := _rewrapped(evidence, name):
            return Verdict(
                Status.FAIL,
                f"The DKIM key at {name} cannot be used: {mistake}",
                "Some receivers read it all the same; those that hold to RFC 6376 do not.",
                shown,
                (mend,),
            )
        return Verdict(
            Status.FAIL,
            f"The DKIM key at {name} cannot be used: {mistake}",
            "SES and receivers look there for the public half of the key that SES signs with.",
            shown,
            (
                Help(
                    f"Publish at {name} one TXT record of the public half, in strings of at most "
                    "255 characters: v=DKIM1; k=rsa; p= and then what `openssl rsa -pubout` "
                    "prints of the private key, without its first and last line; or let SES "
                    "manage the keys, and publish the three records it then names.",
                    commands=(
                        aws(
                            "sesv2 put-email-identity-dkim-signing-attributes",
                            region=identity.region,
                            email_identity=identity.name,
                            signing_attributes_origin="AWS_SES",
                        ),
                    ),
                    applies=Applies.MANUAL,
                    wait_seconds=wait_seconds(evidence, (name, RecordType.TXT)),
                    verify_by=f"dig TXT {name}",
                ),
            ),
        )
    return Verdict(Status.OK, f"The DKIM key at {', '.join(names)} is whole", exhibits=shown)


def _rewrapped(evidence: Evidence, name: str) -> Help | None:
    """The same key in the form that receivers read, where it stands as PKCS #1."""
    standing = values(evidence, name, RecordType.TXT)
    try:
        (text,) = standing
        whole = wrapped(parse_dkim_key(text).public_key)
    except (ValueError, MalformedDkimKey, MalformedKey):
        return None
    record = f"v=DKIM1; k=rsa; p={base64.b64encode(whole).decode()}"
    return Help(
        f"Publish the same key at {name} in the form that BEGIN PUBLIC KEY has.",
        records=(line(name, RecordType.TXT, record),),
        remove=(line(name, RecordType.TXT, text),),
        applies=Applies.CONFIRM,
        wait_seconds=wait_seconds(evidence, (name, RecordType.TXT)),
        verify_by=f"dig TXT {name}",
    )


def _mistakes(evidence: Evidence, names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        standing = values(evidence, name, RecordType.TXT)
        if len(standing) != 1:
            yield name, f"{len(standing)} records stand there" if standing else "it is not there"
            continue
        try:
            key = parse_dkim_key(standing[0])
            if key.revoked:
                yield name, "its p= is empty, which revokes it"
            elif key.key_type == "rsa":
                check_rsa_key(key.public_key)
        except MalformedDkimKey as error:
            yield name, error.why
        except MalformedKey as error:
            yield name, str(error)


RULE = Rule(
    code="DNS112",
    title="The DKIM key of one's own is published whole",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DNS105", "DNS106", "DNS113"),
)
