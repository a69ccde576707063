"""PW012: nothing on the way has changed the password.

Asks: does the text turn into a password once percent-encoding, blanks for
``+``, the URL-safe alphabet or backslashes are undone?

Why it matters: passwords hold ``+`` and ``/``, which URLs, shells, YAML and
forms rewrite; the same password then works in one program and fails in
another.

How to mend: enter the bare 44 characters; in a URL percent-encode them, in a
shell or YAML put them in single quotes.

Source: RULES PW-12; FACTS 3.3 no. 8; bluesky-social/pds#154.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether some encoding rewrote it."""
    return fault_of(
        evidence,
        (Kind.MANGLED,),
        "The stored password was changed on the way",
        "A URL, shell, configuration file or form rewrote some of its characters.",
    )


RULE = Rule(
    code="PW012",
    title="Nothing on the way has changed the password",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
