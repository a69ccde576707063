"""Printing sendas.toml: what was printed is read back the same."""

import tomllib

from dataclasses import replace

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.auth.dmarc import Policy
from sendas.config.load import parse_config
from sendas.config.model import (
    Adopted,
    Config,
    ConfiguredDomain,
    Dmarc,
    DnsProvider,
    Handling,
    Limits,
    Mailbox,
    PasswordStore,
    Relay,
    Reply,
    ReplyWords,
    SendWay,
    Verdicts,
    default_forwarding_address,
    default_notices,
)
from sendas.config.networks import TrustedNetwork, parse_network
from sendas.config.write import write
from sendas.mail.domain import Domain
from sendas.ses.regions import Region


addresses = st.sampled_from(["owner@gmail.com", "a.b+c@example.org", "x@xn--bcher-kva.example"])
texts = st.text(
    st.characters(blacklist_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=20
).filter(str.isprintable)
names = st.sampled_from(["main", "my_set", "a.b-c", "x" * 100])
fates = st.one_of(
    st.lists(addresses, min_size=1, max_size=3, unique=True).map(
        lambda to: {"targets": tuple(to)}
    ),
    st.just({"keep": True}),
    st.sampled_from(["Gone.", 'Say "no" \\ twice']).map(lambda text: {"reject": text}),
)


@st.composite
def own_mailboxes(draw: st.DrawFn, local: str, *, receive: bool) -> Mailbox:
    """One address; it can be answered as only where somebody gets its mail."""
    fate = draw(fates) if receive else {}
    answered = "targets" in fate
    built = [way for way in SendWay if way is not SendWay.RELAY]  # needs [relay] beside it
    ways = [way for way in built if answered or way is not SendWay.REPLY_ALIAS]
    send = draw(st.sampled_from(ways))
    reply = st.builds(
        Reply,
        enabled=st.booleans(),
        expires_days=st.none() | st.integers(1, 3650),
        automatic=st.booleans(),
    )
    return Mailbox(
        local,
        **fate,
        send=send,
        display_name=draw(st.none() | texts),
        user=draw(st.none() | names) if send is SendWay.SMTP else None,
        reply=draw(st.none() | reply) if answered else None,
    )


@st.composite
def mailboxes(draw: st.DrawFn, *, receive: bool) -> tuple[Mailbox, ...]:
    """Some mailboxes of one domain."""
    locals_ = draw(
        st.lists(st.sampled_from(["me", "sales+eu", "a.b", "forwarded"]), min_size=1, unique=True)
    )
    found = [draw(own_mailboxes(local, receive=receive)) for local in locals_]
    if receive and draw(st.booleans()):
        found.append(Mailbox("*", **draw(fates)))
    return tuple(found)


handlings = st.none() | st.sampled_from(Handling)
withholdings = st.none() | st.sampled_from([Handling.QUARANTINE, Handling.DISCARD])


@st.composite
def domains(draw: st.DrawFn, name: str, alarms: tuple[str, ...]) -> ConfiguredDomain:
    """One domain, with any of its keys."""
    receive = draw(st.booleans())
    boxes = draw(mailboxes(receive=receive))
    rules = draw(st.lists(names, max_size=2))
    bucket = draw(st.none() | names)
    own_bucket = receive and not (bucket or rules)
    return ConfiguredDomain(
        name,
        draw(st.sampled_from([Region("us-east-2"), Region("eu-west-1")])),
        boxes,
        profile=draw(st.sampled_from([None, "second", "my account"])),
        dns=draw(st.sampled_from(DnsProvider)),
        receive=receive,
        password_store=draw(st.sampled_from(PasswordStore)),
        keep_deleted_days=draw(st.sampled_from([None, 30])) if own_bucket else None,
        mail_from=draw(st.sampled_from([None, f"mail.{name}", f"a.b.{name}"])),
        spf=draw(st.booleans()),
        dmarc=draw(
            st.none()
            | st.builds(Dmarc, st.sampled_from(Policy), st.lists(addresses, max_size=2).map(tuple))
        ),
        verdicts=draw(st.builds(Verdicts, *[withholdings] * 2, *[handlings] * 3)),
        reply=draw(st.builds(ReplyWords, st.sampled_from(["to", "write"]))),
        notices=draw(addresses) if draw(st.booleans()) else default_notices(boxes, alarms),
        forwarding_address=draw(
            st.sampled_from([f"own@{name}", default_forwarding_address(name, boxes)])
        ),
        adopted=draw(
            st.builds(
                Adopted,
                identity=st.booleans(),
                configuration_set=st.none() | names,
                zone_id=st.none() | names,
                rule_set=names if rules else st.none(),
                rules=st.just(tuple(rules)),
                bucket=st.just(bucket),
                prefix=st.sampled_from(["", "in/", 'odd "one"']) if bucket else st.just(""),
                topic_arn=st.just("arn:aws:sns:us-east-2:123456789012:mail"),
            )
        ),
    )


def relays() -> st.SearchStrategy[Relay]:
    """A relay of example.com, with and without what may be left out."""
    network = TrustedNetwork("o", parse_network("192.168.1.0/24"), ("*@example.com",))
    return st.builds(
        Relay,
        host=st.just(Domain("relay.example.com")),
        region=st.just(Region("us-east-2")),
        starttls=st.sampled_from([(587, 2587), (2525,)]),
        networks=st.sampled_from([(), (network, replace(network, name="p", after_ses=True))]),
        notices_from=st.sampled_from(["mailer-daemon@example.com", "post@example.com"]),
        status=st.sampled_from(["", "127.0.0.1:9587", "[::1]:80"]),
        calls=st.integers(1, 200),
        max_recipients=st.none() | st.integers(100, 10_000),
    )


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """A whole file's worth."""
    alarms = tuple(draw(st.lists(addresses, max_size=2)))
    names_ = draw(st.sampled_from([["example.com"], ["example.com", "xn--mller-kva.example"]]))
    limits = draw(
        st.builds(
            Limits,
            max_hops=st.none() | st.integers(5, 45),
            stop_at_bounce_percent=st.none() | st.floats(0.1, 100),
        )
    )
    read = tuple(draw(domains(name, alarms)) for name in names_)
    return Config(read, alarms, limits, relay=draw(st.none() | relays()))


@given(configs(), st.lists(st.text(max_size=40), max_size=2).map(tuple))
def test_what_was_printed_is_read_back(config: Config, remarks: tuple[str, ...]) -> None:
    """No value is lost or changed, whatever the remarks above it say."""
    read = parse_config(write(config, remarks))

    assert config == replace(read, warnings=())


def test_the_whole_file(whole: str) -> None:
    """A file that a person wrote survives being printed."""
    read = parse_config(whole)

    assert replace(read, warnings=()) == replace(parse_config(write(read)), warnings=())


def test_each_explanation_stands_once(whole: str) -> None:
    """A second domain or mailbox is not explained again."""
    lines = [line for line in write(parse_config(whole)).splitlines() if line.startswith("# ")]

    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("remark", ["\n[[domain]]\nname = 'evil.example'", "\x1b[2J", "a\rb"])
def test_a_remark_is_only_a_comment(whole: str, remark: str) -> None:
    """Names found in an account cannot write into the file."""
    config = parse_config(whole)

    assert tomllib.loads(write(config)) == tomllib.loads(write(config, (remark,)))


def test_one_line_turns_watching_off() -> None:
    """`watch = false`, before any table: read, written, and read again as the same."""
    file = 'region = "us-east-1"\nwatch = false\n[[domain]]\nname = "example.com"\n'
    config = parse_config(f"{file}receive = false\n")
    assert (False, False, False, True) == (
        config.watch.history,
        config.watch.daily,
        config.watch.audits,
        config.watch.off,
    )
    assert config == parse_config(write(config))
