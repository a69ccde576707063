"""What the users, holders and marks of a rotation are called, and read back."""

import json
import re

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.cli.smtp import _message
from sendas.config.load import parse_config
from sendas.config.mistakes import BadConfig
from sendas.config.model import Mailbox, Rotation, SendWay
from sendas.config.write import write
from sendas.credentials.decide.holders import Holder, holders_of, parse_holder, sender_of_line
from sendas.credentials.decide.marks import (
    HOLDER,
    LONGEST_VALUE,
    SINCE,
    How,
    Mark,
    Marks,
    holder_tag,
    read_mark,
    read_marks,
)
from sendas.credentials.decide.pair import pair_of
from sendas.credentials.sender import sender_of
from sendas.history.line import Line, Stream, lines_of
from sendas.mail.address import Address
from sendas.ses.events import read_events
from sendas.ses.regions import Region


ME = Address("me@example.com")
NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
GMAIL = parse_holder("gmail:you@gmail.com")
PRINTER = parse_holder("printer in the hall")

locals_ = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}", fullmatch=True)


def line(message_id: str, stream: str = Stream.OWN, recipient: str = "you@example.net") -> Line:
    """A Send event's line."""
    at = "2026-11-29T10:00:00.000Z"
    return Line("i", at, "send", "m", at, ME, recipient, stream, message_id)


# The two users ---------------------------------------------------------------


def test_the_user_of_an_earlier_release_is_the_first_of_the_pair() -> None:
    """What `gmail add` and the stack made stays valid: it is one of the two."""
    pair = pair_of(ME)

    assert sender_of(ME, Region("us-east-2")).user == pair.first == "sendas-me@example.com"
    assert pair.second == "sendas-me@example.com=b"


def test_they_take_turns() -> None:
    """Each follows the other; a user that stood before is never the new one."""
    pair = pair_of(ME, "smtp-user")

    assert pair.after("smtp-user") == pair.first
    assert pair.after(pair.first) == pair.second
    assert pair.after(pair.second) == pair.first
    assert list(pair) == ["smtp-user", pair.first, pair.second]
    assert not pair.owns("smtp-user")


def test_our_own_name_in_the_file_is_no_other_user() -> None:
    """IAM compares names without case (IAM API, CreateUser)."""
    assert pair_of(ME, "Sendas-Me@example.com").found == ""
    assert pair_of(ME, "sendas-me@example.com=b").found == ""


@given(locals_, st.sampled_from(["example.com", "a-very-long-domain-of-somebody.example.net"]))
def test_iam_takes_the_names(local: str, domain: str) -> None:
    """Both names are 1 to 64 of the characters that IAM allows, and differ."""
    pair = pair_of(Address(f"{local}@{domain}"))

    for name in (pair.first, pair.second):
        assert re.fullmatch(r"[A-Za-z0-9+=,.@_-]{1,64}", name)
    assert pair.first.lower() != pair.second.lower()


@given(locals_, locals_)
def test_no_two_mailboxes_share_a_user(one: str, other: str) -> None:
    """Neither user of one address is a user of another."""
    addresses = [Address(f"{local}@example.com") for local in {one, other}]
    names = [name.lower() for address in addresses for name in pair_of(address)]

    assert len(names) == len(set(names))


# Holders ---------------------------------------------------------------------


def test_the_file_names_holders() -> None:
    """`held_by` and `rotation` are read, and written again."""
    text = """
region = "us-east-2"
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["you@gmail.com"]
send = "smtp"
held_by = ["Gmail:you@gmail.com", "printer in the hall"]
rotation = "off"
"""
    config = parse_config(text)
    (mailbox,) = config.domains[0].mailboxes

    assert mailbox.held_by == ("gmail:you@gmail.com", "printer in the hall")
    assert mailbox.rotation is Rotation.OFF
    assert parse_config(write(config)) == config


@pytest.mark.parametrize(
    ("line_", "said"),
    [
        ('held_by = [""]', "names nobody"),
        ('held_by = ["gmail:nobody"]', "nobody"),
        ('held_by = ["shop", "Shop"]', "twice"),
        ('held_by = ["x\\u0007"]', "not one line"),
        ('rotation = "weekly"', '"prepare", "remind" or "off"'),
        ('send = "none"\nheld_by = ["shop"]', "SES SMTP"),
    ],
)
def test_a_holder_that_is_none(line_: str, said: str) -> None:
    """One clear mistake, with its place."""
    head = 'region="us-east-2"\n[[domain]]\nname="example.com"\n[[domain.mailbox]]\nname="me"\n'
    send = "" if "send" in line_ else 'send = "smtp"\n'

    with pytest.raises(BadConfig, match=said):
        parse_config(f'{head}to=["you@gmail.com"]\n{send}{line_}\n')


def test_whom_nobody_named() -> None:
    """Without `held_by`, who reads the mailbox in Gmail holds its password."""
    box = Mailbox("me", targets=(Address("you@gmail.com"),), send=SendWay.SMTP)

    assert [h.account for h in holders_of(box)] == ["you@gmail.com"]
    assert [h.is_gmail for h in holders_of(Mailbox("me", send=SendWay.SMTP))] == [False]


def test_who_sent_it() -> None:
    """A mail proves a holder only if no other can have sent it."""
    from_gmail = line("<CAF1=x@mail.gmail.com>")
    from_printer = line("<1@printer.example.net>")
    other = parse_holder("gmail:other@gmail.com")

    assert sender_of_line(from_gmail, [GMAIL, PRINTER]) == GMAIL
    assert sender_of_line(from_printer, [GMAIL, PRINTER]) == PRINTER
    assert sender_of_line(from_gmail, [GMAIL, other]) is None
    assert sender_of_line(from_printer, [GMAIL]) is None


def test_two_gmail_accounts_are_told_apart_by_a_one_time_address() -> None:
    """FACTS 17.4: two Gmail accounts hold a copy."""
    other = parse_holder("gmail:other@gmail.com")
    once = {"me+sendas-1@example.com": other}
    mail = line("<CAF1=x@mail.gmail.com>", recipient="Me+sendas-1@example.com")

    assert sender_of_line(mail, [GMAIL, other], once) == other


@pytest.mark.parametrize("stream", [Stream.CANARY, Stream.FORWARD])
def test_a_canary_proves_nobody(stream: Stream) -> None:
    """What sendas sent itself is no holder's mail."""
    assert sender_of_line(line("<1@printer.example.net>", stream), [PRINTER]) is None


def test_our_own_test_mail_proves_nobody() -> None:
    """`sendas smtp check --send-test` with the new password is not the shop's mail."""
    message = _message("jane@example.net", ME)
    assert message is not None
    head = message.content.decode().partition("\r\n\r\n")[0]
    fields = [
        {"name": name, "value": value}
        for name, value in (one.split(": ", 1) for one in head.split("\r\n"))
    ]
    mail = {
        "timestamp": "2026-11-29T10:00:00Z",
        "source": ME,
        "messageId": "1",
        "headers": fields,
        "destination": ["jane@example.net"],
    }
    (event,) = read_events(json.dumps({"eventType": "Send", "mail": mail, "send": {}}))

    (sent,) = lines_of(event)

    assert sender_of_line(sent, [PRINTER]) is None


# Marks -----------------------------------------------------------------------


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(How))
def test_a_mark_is_read_back(at: datetime, how: How) -> None:
    """To the second, in the characters that tags allow."""
    mark = Mark("AKIAIOSFODNN7EXAMPLE", at.replace(microsecond=0), (how,))
    text = mark.dump()

    assert read_mark(text) == mark
    assert re.fullmatch(r"[\w +\-=.:/@]*", text, re.ASCII)
    assert len(text) <= LONGEST_VALUE


@given(st.text())
def test_any_text_in_a_tag(text: str) -> None:
    """What is no mark is none, and breaks nothing."""
    mark = read_mark(text)

    assert mark is None or mark.at.tzinfo is not None


@given(st.text(min_size=1))
def test_a_holders_tag_holds_any_words(name: str) -> None:
    """The words of a holder may be any; the tag's key stays short and allowed."""
    assert re.fullmatch(r"[\w:]{1,128}", holder_tag(Holder(name)), re.ASCII)


def test_a_mark_of_before_says_nothing() -> None:
    """Of another key, or of a time before the hand-over began again: not seen."""
    since = Mark("NEW", NOW)
    tag = holder_tag(PRINTER)

    def seen(mark: Mark) -> Mark | None:
        return Marks(since=since, seen={tag: mark}).adopted(PRINTER, "NEW")

    assert seen(Mark("NEW", NOW)) is not None
    assert seen(Mark("OLD", NOW)) is None
    assert seen(Mark("NEW", NOW - timedelta(seconds=1))) is None
    assert seen(Mark("NEW", NOW.astimezone(timezone(timedelta(hours=9))))) is not None


def test_marks_among_other_tags() -> None:
    """Tags of others are passed over."""
    tags = {SINCE: Mark("K", NOW).dump(), "team": "mail", f"{HOLDER}x": "?", "sendas:proven": ""}

    assert read_marks(tags) == Marks(since=Mark("K", NOW))
