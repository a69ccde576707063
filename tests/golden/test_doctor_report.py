"""The doctor's report, whole, from made-up findings; and that what it shows cannot hurt."""

import json

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files

import pytest

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sendas.advice import Applies, Help, Owner
from sendas.doctor.model import Diagnosis, Exhibit, Finding, Layer, Severity, Status
from sendas.doctor.render import html_page, json_document, schema, terminal
from sendas.doctor.render.terminal import Look


SCHEMA_TEXT = (files("sendas.doctor.render") / schema.FILE_NAME).read_text(encoding="utf-8")
CNAME = "6gbrjpgwjskckoa6a5zn6fwqkn67xbtw._domainkey.example.com"

WELL = tuple(
    Finding(code, layer, Status.OK, Severity.HIGH, Owner.DNS, "as it should be")
    for code, layer in (
        ("DNS018", Layer.DNS),
        ("DNS019", Layer.DNS),
        ("ACC001", Layer.ACCOUNT),
        ("SUP001", Layer.SUPPRESSION),
    )
)

DNS = Finding(
    "DNS001",
    Layer.DNS,
    Status.FAIL,
    Severity.HIGH,
    Owner.DNS,
    "one of three DKIM CNAMEs is missing",
    "SES verifies the domain, and signs for it, only once all three names lead to its keys.",
    (
        Exhibit(f"CNAME {CNAME}", "no such name", "ns1.example.net", 900),
        Exhibit(f"CNAME {CNAME}", "no such name", "ns2.example.net", 900),
    ),
    (
        Help(
            "Add the record at your DNS provider; paste the name without the domain where the"
            " provider adds it.",
            records=(
                f"{CNAME}. 1800 IN CNAME 6gbrjpgwjskckoa6a5zn6fwqkn67xbtw.dkim.amazonses.com.",
            ),
            wait_seconds=900,
            verify_by=f"dig CNAME {CNAME} @ns1.example.net",
        ),
    ),
)

IDENTITY = Finding(
    "ID001",
    Layer.IDENTITY,
    Status.FAIL,
    Severity.HIGH,
    Owner.SES,
    "example.com is not verified in us-east-2",
    explained_by="DNS001",
)

SKIPPED = Finding(
    "ID003",
    Layer.IDENTITY,
    Status.SKIPPED,
    Severity.MEDIUM,
    Owner.SES,
    "not judged: no address identity shadows the domain",
    skipped_because="DNS001",
)

REMOVE_BOB = (
    "aws sesv2 delete-suppressed-destination --region us-east-2 --email-address bob@example.net"
)
SUPPRESSED = Finding(
    "SUP002",
    Layer.SUPPRESSION,
    Status.FAIL,
    Severity.HIGH,
    Owner.SES,
    "bob@example.net is on the suppression list since 2026-10-02, reason COMPLAINT",
    "SES takes the mail, answers 250, and drops it.",
    (Exhibit("GetSuppressedDestination bob@example.net in us-east-2", "COMPLAINT"),),
    (
        Help(
            "Take it off once the recipient has agreed to get mail from you.",
            commands=(REMOVE_BOB,),
            applies=Applies.CONFIRM,
        ),
    ),
)

WARNING = Finding(
    "DNS020",
    Layer.DNS,
    Status.WARN,
    Severity.LOW,
    Owner.DNS,
    "the DMARC record holds a tag that RFC 9989 took away",
    exhibits=(Exhibit("TXT _dmarc.example.com", "v=DMARC1; p=none; pct=50", ttl=300),),
    help=(
        Help(
            "Leave `pct` out.",
            records=('_dmarc.example.com. 300 IN TXT "v=DMARC1; p=none"',),
            remove=('_dmarc.example.com. 300 IN TXT "v=DMARC1; p=none; pct=50"',),
        ),
    ),
)

HINT = Finding(
    "ID006",
    Layer.IDENTITY,
    Status.INFO,
    Severity.LOW,
    Owner.SES,
    "mail sent from Gmail makes no events",
    help=(Help("Give the identity a default configuration set."),),
)

UNKNOWN = tuple(
    Finding(
        code,
        Layer.IAM,
        Status.UNKNOWN,
        Severity.HIGH,
        Owner.IAM,
        f"not known: {wish}",
        "ListAccessKeys: denied: User is not authorized to perform iam:ListAccessKeys",
        help=(Help("allow that call to the identity you run as, or name another with --profile"),),
    )
    for code, wish in (("IAM001", "the key is active"), ("IAM002", "the key is the right one"))
)

CRASHED = Finding(
    "RX001",
    Layer.RECEIVE,
    Status.CRASHED,
    Severity.HIGH,
    Owner.SES,
    "our rule broke: a rule set is active",
    "KeyError",
)


def diagnosis(*findings: Finding) -> Diagnosis:
    """These findings; the failing ones that nothing explains are roots."""
    roots = (f.code for f in findings if f.status is Status.FAIL and not f.explained_by)
    return Diagnosis("example.com", "us-east-2", tuple(roots), findings)


REPORTS = {
    "well": diagnosis(*WELL),
    "one-root": diagnosis(DNS, *WELL, IDENTITY, SKIPPED),
    "two-roots": diagnosis(DNS, *WELL, WARNING, IDENTITY, HINT, SKIPPED, *UNKNOWN, SUPPRESSED),
    "blind": diagnosis(*WELL, *UNKNOWN, CRASHED),
    "warning": diagnosis(*WELL, WARNING, HINT),
}

reports = pytest.mark.parametrize("name", list(REPORTS))
Golden = Callable[[str, str], None]


@reports
def test_terminal(name: str, golden: Golden) -> None:
    """Every word a person reads, without colour, in 80 columns."""
    golden(f"doctor/{name}.txt", terminal.render(REPORTS[name], Look()))


def test_terminal_narrow_and_ascii(golden: Golden) -> None:
    """A small window and an old terminal lose nothing."""
    shown = terminal.render(REPORTS["two-roots"], Look(width=50, unicode=False))

    assert shown.isascii()
    golden("doctor/two-roots-narrow.txt", shown)


@reports
def test_json(name: str, golden: Golden) -> None:
    """What programs read is a contract."""
    golden(f"doctor/{name}.json", json_document.render(REPORTS[name]))


@reports
def test_html(name: str, golden: Golden) -> None:
    """The page that is handed on."""
    golden(f"doctor/{name}.html", html_page.render(REPORTS[name], made="2026-11-01 12:00 UTC"))


@reports
def test_json_obeys_its_schema(name: str) -> None:
    """The schema in the package describes what is printed, and refuses what is not."""
    validator = Draft202012Validator(json.loads(SCHEMA_TEXT))
    document = json.loads(json_document.render(REPORTS[name]))

    validator.validate(document)
    assert not validator.is_valid(document | {"roots": "DNS001"})
    assert not validator.is_valid(document | {"schema": "sendas.doctor/2"})


def test_the_schema_is_up_to_date() -> None:
    """Made from the words of the model: `python -m sendas.pages`."""
    assert schema.text() == SCHEMA_TEXT
    Draft202012Validator.check_schema(schema.schema())


@reports
def test_colour_adds_nothing(name: str) -> None:
    """The coloured text without its colours is the plain text."""
    coloured = terminal.render(REPORTS[name], Look(colour=True))
    without = "".join(part.partition("m")[2] for part in ("m" + coloured).split("\x1b["))

    assert "\x1b[" in coloured
    assert terminal.render(REPORTS[name], Look()) == without


def test_records_and_commands_are_never_wrapped() -> None:
    """Each can be copied as one line, however narrow the window."""
    lines = terminal.render(REPORTS["two-roots"], Look(width=40)).splitlines()

    assert DNS.help[0].records[0] in lines
    assert SUPPRESSED.help[0].commands[0] in lines


def test_a_part_shows_its_own_layers_only() -> None:
    """What was not wanted is not reported as missing."""
    part = diagnosis(*WELL)

    assert "gmail" in terminal.render(part, Look())
    assert "gmail" not in terminal.render(part, Look(whole=False))
    assert "gmail" not in html_page.render(part, made="now", whole=False)


HOSTILE = "</script><b>\x1b[2J\x9b1m{{ 7*7 }}\u202e[bold]\n\n"


def hostile() -> Diagnosis:
    """A domain owner whose records were written to hurt whoever reads the report."""
    help_ = Help(HOSTILE, (HOSTILE,), (HOSTILE,), (HOSTILE,), verify_by=HOSTILE)
    exhibit = Exhibit(HOSTILE, HOSTILE, HOSTILE)
    bad = replace(DNS, title=HOSTILE, cause=HOSTILE, exhibits=(exhibit,), help=(help_,))
    unknown = replace(UNKNOWN[0], cause=HOSTILE)
    return replace(diagnosis(bad, unknown), domain=HOSTILE, region=HOSTILE)


def test_no_answer_can_repaint_the_terminal() -> None:
    """Control and direction characters are shown, not obeyed; markup is text."""
    shown = terminal.render(hostile(), Look())

    assert all(c.isprintable() or c == "\n" for c in shown)
    assert "[bold]" in shown


def test_no_answer_can_script_the_page() -> None:
    """Everything observed is escaped, and the page needs nothing from elsewhere."""
    page = html_page.render(hostile(), made="2026-11-01 12:00 UTC")

    assert "<b>" not in page
    assert "</script>" not in page
    assert "{{ 7*7 }}" in page
    assert not any(word in page for word in ("http://", "https://", "src=", "@import", "url("))


@given(st.text(), st.integers(0, 200))
def test_any_text_at_any_width(text: str, width: int) -> None:
    """Rendering never fails, and never shows a control character."""
    finding = replace(DNS, title=text, cause=text, exhibits=(Exhibit(text, text, text, 0),))
    shown = terminal.render(diagnosis(finding), Look(width=width))

    assert all(c.isprintable() or c == "\n" for c in shown)
