"""One fault of the credential, one root: the rules over evidence values alone.

The wrong passwords are made by hand from HMACs or taken from the committed
table of tests/smtp; `identify` reads them as observing would.
"""

import base64
import hmac

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sendas.advice import Owner
from sendas.doctor.diagnose import diagnose
from sendas.doctor.evidence import Evidence, IamEvidence, Subject, Symptom
from sendas.doctor.judge import judge
from sendas.doctor.model import Diagnosis, Finding, Status
from sendas.doctor.registry import all_rules
from sendas.iam.keys import AccessKey
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region, smtp_host
from sendas.smtp.identify import identify
from sendas.smtp.probe import Outcome, Probe, Reply, Stage


HERE, THERE = Region("us-east-2"), Region("eu-west-1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
RIGHT = "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"
"""For us-east-2; published in aws-sdk-php's tests."""
KEY = AccessKey("AKIAIOSFODNN7EXAMPLE", "smtp", active=True, created=NOW - timedelta(days=90))
OLDER = AccessKey("AKIAI44QH8DHBEXAMPLE", "smtp", active=True, created=NOW - timedelta(days=180))
INVALID = Reply(535, ("Authentication Credentials Invalid",))
GMAIL = Symptom("gmail-send-as", "The response was: 535 Authentication Credentials Invalid", 535)


def chained(*scopes: str, secret: str = SECRET, version: bytes = b"\x04") -> str:
    """A password by any chain of steps."""
    digest = b"AWS4" + secret.encode()
    for scope in scopes:
        digest = hmac.new(digest, scope.encode(), "sha256").digest()
    return base64.b64encode(version + digest).decode()


STEPS = ("11111111", HERE, "ses", "aws4_request", "SendRawEmail")


def login(reply: Reply = INVALID, outcome: Outcome = Outcome.REFUSED, **changed: object) -> Probe:
    """A login that ended so."""
    probe = Probe(
        smtp_host(HERE), 587, implicit_tls=False, username=KEY.key_id, outcome=outcome,
        stage=Stage.AUTH, reply=reply, steps=(),
    )  # fmt: skip
    return replace(probe, **changed)  # type: ignore[arg-type]  # fields by name


def seen(
    password: str | None = RIGHT,
    *,
    secret: str | None = SECRET,
    username: str = KEY.key_id,
    host: str | None = None,
    **changed: object,
) -> Evidence:
    """A healthy key and a login that is refused; Gmail bounced too."""
    found = None
    if password is not None:
        found = identify(password, secret=secret, region=HERE, username=username, now=NOW.date())
    evidence = Evidence(
        Subject("example.com", HERE, "me@example.com", smtp_username=username, smtp_host=host),
        NOW,
        iam=IamEvidence(KEY, (), (), user_exists=False),
        password=found,
        login=login(),
        symptoms=(GMAIL,),
    )
    return replace(evidence, **changed)  # type: ignore[arg-type]  # fields by name


def diagnosed(evidence: Evidence) -> Diagnosis:
    """All rules over the evidence."""
    rules = all_rules()
    return diagnose(evidence.subject, judge(evidence, rules), rules)


def finding(evidence: Evidence, code: str) -> Finding:
    """The finding of one rule."""
    return next(each for each in diagnosed(evidence).findings if each.code == code)


@pytest.mark.parametrize(
    ("root", "password"),
    [
        ("PW001", SECRET),
        ("PW002", "An60U4ZD3sd4fg+FvXUjayOipTt8LO4rUUmhpdX6ctDy"),
        ("PW003", chained(*STEPS[1:])),
        ("PW003", chained(THERE, *STEPS[2:])),
        ("PW004", chained(STEPS[0], THERE, *STEPS[2:])),
        ("PW005", chained("20261122", *STEPS[1:])),
        ("PW006", base64.b64encode(b"\x04" + hmac.new(b"", b"", "sha256").digest()).decode()),
        ("PW007", chained(*STEPS[:4], "SendEmail")),
        ("PW008", base64.b64encode(base64.b64decode(RIGHT)[1:]).decode()),
        ("PW009", base64.b64decode(RIGHT).hex()),
        ("PW009", chained(*STEPS, version=b"\x02")),
        ("PW010", RIGHT + "\n"),
        ("PW010", f'"{RIGHT}"'),
        ("PW010", chained(*STEPS, secret=SECRET + "\n")),
        ("PW011", chained(STEPS[0], "US-EAST-2", *STEPS[2:])),
        ("PW012", RIGHT.replace("+", "%2B")),
        ("PW013", RIGHT[:-2]),
        ("PW013", f"SmtpPassword:{RIGHT}"),
        ("PW014", chained(*STEPS, secret="AnotherSecretKeyThatIsNotTheOneGivenHere")),
        ("PW021", KEY.key_id),
        ("PW101", chained(*STEPS[::-1])),
        ("PW102", "correct horse battery staple"),
        ("PW104", "${SMTP_PASSWORD}"),
        ("PW105", "abcd efgh ijkl mnop"),
    ],
)
def test_each_wrong_password_is_one_root(root: str, password: str) -> None:
    """The mistake is the root; the refused login and Gmail's bounce follow from it."""
    if root == "PW006":
        first = SECRET.encode()
        for scope in STEPS:
            first = hmac.new(first, scope.encode(), "sha256").digest()
        password = base64.b64encode(b"\x04" + first).decode()
    evidence = seen(password)

    assert (root,) == diagnosed(evidence).roots
    assert root == finding(evidence, "SMTP101").explained_by
    assert root == finding(evidence, "GM001").explained_by
    assert password not in repr(diagnosed(evidence).findings) or password == KEY.key_id


def test_help_for_the_missing_date_step_is_exact() -> None:
    """Derive for this Region; then where to click in Gmail, with host, port and TLS."""
    help_ = finding(seen(chained(*STEPS[1:])), "PW003").help

    assert ("sendas password derive --region us-east-2 --secret-stdin",) == help_[0].commands
    assert all(
        words in help_[1].text
        for words in ("Accounts and Import", "edit info", smtp_host(HERE), "587", "…MPLE")
    )


@pytest.mark.parametrize(
    ("root", "evidence"),
    [
        ("PW019", seen(iam=IamEvidence(replace(KEY, active=False), (OLDER,), ()))),
        ("PW020", seen(iam=IamEvidence(None, (), (), user_exists=False))),
        ("PW020", seen(None, iam=IamEvidence(None, (), (), user_exists=False))),
        ("PW015", seen(username="smtp", iam=IamEvidence(None, (KEY,), (), user_exists=True))),
        ("PW016", seen(username="me@example.com", iam=IamEvidence(None, user_exists=False))),
        ("PW018", seen(username="ASIAIOSFODNN7EXAMPLE", iam=IamEvidence())),
        ("PW021", seen(username=SECRET, iam=IamEvidence(None, user_exists=False))),
        ("PW021", seen(username=f" {KEY.key_id} ")),
        ("PW014", seen(iam=IamEvidence(KEY, (OLDER,), ()))),
        ("PW017", seen(iam=IamEvidence(KEY, (), ()))),
        (
            "SMTP004",
            seen(iam=IamEvidence(replace(KEY, created=NOW - timedelta(seconds=20)), (OLDER,), ())),
        ),
        ("SMTP007", seen(login=login(Reply(535, ("Account not subscribed to SES",))))),
        ("PW002", seen(None, login=login(Reply(535, ("Signature Version 2 is deprecated",))))),
        ("SMTP101", seen(None)),
        ("SMTP101", seen(secret=None)),
        ("GM001", seen(login=login(Reply(235, ("Ok",)), Outcome.ACCEPTED))),
        ("SMTP102", seen(host=smtp_host(THERE), login=login(host=smtp_host(THERE)))),
        ("SMTP102", seen(host="inbound-smtp.us-east-2.amazonaws.com")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_wrong_circumstance_is_one_root(root: str, evidence: Evidence) -> None:
    """User name, key state, age, account and host each have their own root, alone."""
    assert (root,) == diagnosed(evidence).roots


def test_an_old_password_beside_a_rotated_key_is_one_fault() -> None:
    """Gmail holds the deleted key's pair, the secret at hand is the new one: the key is root."""
    old = chained(*STEPS, secret="TheSecretOfTheKeyThatWasRotatedAway/1234")

    evidence = seen(old, iam=IamEvidence(None, (), (), user_exists=False))

    assert ("PW020",) == diagnosed(evidence).roots


def test_two_faults_stay_two() -> None:
    """A password without the date step and an inactive key are mended apart."""
    evidence = seen(chained(*STEPS[1:]), iam=IamEvidence(replace(KEY, active=False), (), ()))

    assert {"PW003", "PW019"} == set(diagnosed(evidence).roots)


def test_a_password_for_the_wrong_endpoint_is_one_fault() -> None:
    """A client that dials Ireland with the right password of Ohio has one wrong host."""
    found = identify(RIGHT, secret=SECRET, region=THERE, now=NOW.date())
    probe = login(host=smtp_host(THERE))

    evidence = replace(seen(None, host=smtp_host(THERE), login=probe), password=found)

    assert ("SMTP102",) == diagnosed(evidence).roots


def test_a_young_key_is_a_matter_of_waiting() -> None:
    """Owner is nobody; the rest of the minute is told."""
    young = replace(KEY, created=NOW - timedelta(seconds=20))

    found = finding(seen(iam=IamEvidence(young, (), ())), "SMTP004")

    assert Owner.WAIT is found.owner
    assert 40 == found.help[0].wait_seconds


def test_a_wrong_password_is_not_excused_by_youth() -> None:
    """A password without the date step is wrong at any age of the key."""
    young = IamEvidence(replace(KEY, created=NOW - timedelta(seconds=20)), (), ())

    assert ("PW003",) == diagnosed(seen(chained(*STEPS[1:]), iam=young)).roots


def test_all_well_is_no_root() -> None:
    """A right password, an old enough key and a login that works."""
    evidence = seen(login=login(Reply(235, ("Ok",)), Outcome.ACCEPTED), symptoms=())

    findings = {each.code: each.status for each in diagnosed(evidence).findings}
    assert () == diagnosed(evidence).roots
    assert {"PW103", "PW015", "PW019", "PW020", "SMTP101"} <= findings.keys()
    assert Status.FAIL not in findings.values()


def test_what_could_not_be_seen_is_unknown() -> None:
    """A denied ListAccessKeys is neither an inactive key nor a missing one."""
    denied = NoAnswer(Why.DENIED, "iam:ListAccessKeys")

    findings = {
        each.code: each.status
        for each in diagnosed(seen(iam=IamEvidence(denied, denied, denied, denied))).findings
    }

    assert (Status.UNKNOWN, Status.UNKNOWN) == (findings["PW019"], findings["PW020"])


def test_nothing_is_said_where_nothing_was_asked() -> None:
    """Without user name, password, login and symptom none of these questions arises."""
    evidence = Evidence(Subject("example.com", HERE), NOW)

    layers = {"password", "smtp", "gmail"}
    assert [] == [each for each in diagnosed(evidence).findings if each.layer in layers]


def test_a_relay_of_ones_own_knows_no_access_keys() -> None:
    """At another server user name and password are not judged as SES's."""
    found = identify("my relay's password", now=NOW.date())

    bare = seen(None, username="me", host="relay.example.com")
    evidence = replace(bare, login=login(host="relay.example.com"), password=found)

    assert ("SMTP101",) == diagnosed(evidence).roots


def test_a_key_in_the_user_name_is_not_shown() -> None:
    """Titles and exhibits hold no secret that stood in the wrong field."""
    evidence = seen(username=SECRET, iam=IamEvidence(None, user_exists=False))

    assert SECRET not in repr(diagnosed(evidence).findings)


def test_key_ids_are_shown_by_their_last_four() -> None:
    """Words and evidence show four characters; the one command that needs the id has it."""
    found = finding(seen(iam=IamEvidence(replace(KEY, active=False), (OLDER,), ())), "PW019")

    spoken = repr((found.title, found.cause, found.exhibits, [h.text for h in found.help]))
    assert KEY.key_id not in spoken
    assert f"--access-key-id {KEY.key_id} --status Active" in found.help[0].commands[0]


def test_a_name_in_a_command_is_quoted() -> None:
    """What an owner pastes into a shell does what it says, whatever the name holds."""
    iam = IamEvidence(None, (), (), user_exists=True)

    found = finding(seen(username="alice; id $(id)", iam=iam), "PW015")

    assert "aws iam list-access-keys --user-name 'alice; id $(id)'" in found.help[0].commands
