"""The resolver as the lab's own servers use it: in-process, answers as values."""

from datetime import timedelta

from sendas_lab.clock import Clock
from sendas_lab.dns.internet import Dns
from sendas_lab.dns.nameserver import Fault

from sendas.dns.answers import Absent, Question, Records, RecordType
from sendas.outcome import NoAnswer, Why


MX, TXT, A = RecordType.MX, RecordType.TXT, RecordType.A


def test_values_are_plain(internet: Dns) -> None:
    """Names without the final dot, TXT strings joined."""
    internet.provider.zone("example.com").set("example.com", "TXT", '"v=spf1" " -all"')

    assert Records(("10 mx.example.com",), 300) == internet.resolve(Question("example.com", MX))
    assert Records(("v=spf1 -all",), 300) == internet.resolve(Question("example.com", TXT))


def test_follows_a_cname_into_another_zone(internet: Dns) -> None:
    """The alias is told, the least TTL counts."""
    internet.provider.zone("example.com").set(
        "www.example.com", "CNAME", "email-smtp.us-east-1.amazonaws.com.", ttl=60
    )

    assert Records(
        ("203.0.113.1",), 60, ("email-smtp.us-east-1.amazonaws.com",)
    ) == internet.resolve(Question("www.example.com", A))


def test_a_circle_of_cnames_is_no_answer(internet: Dns) -> None:
    """Too many hops: the resolver gives up with SERVFAIL."""
    zone = internet.provider.zone("example.com")
    zone.set("a.example.com", "CNAME", "b.example.com.")
    zone.set("b.example.com", "CNAME", "a.example.com.")

    answer = internet.resolve(Question("a.example.com", A))

    assert isinstance(answer, NoAnswer)
    assert Why.SERVER_FAILURE is answer.why


def test_absence_has_the_negative_ttl(internet: Dns) -> None:
    """The lesser of the SOA's TTL and its last field (RFC 2308, 5)."""
    absent = internet.resolve(Question("nope.example.com", A))

    assert Absent(name_exists=False, negative_ttl=300) == absent
    assert Absent(name_exists=True, negative_ttl=300) == internet.resolve(
        Question("example.com", A)
    )


def test_the_null_mx(internet: Dns) -> None:
    """RFC 7505: preference 0 and the root."""
    internet.provider.zone("example.com").set("example.com", "MX", "0 .")

    assert Records(("0 .",), 300) == internet.resolve(Question("example.com", MX))


def test_silence_is_a_timeout(internet: Dns) -> None:
    """No server answers: that is not absence."""
    for name in internet.provider.name_servers:
        internet.servers[name].fault = Fault.TIMEOUT

    answer = internet.resolve(Question("example.com", MX))

    assert isinstance(answer, NoAnswer)
    assert Why.TIMEOUT is answer.why


def test_a_cached_absence_outlives_the_fix(internet: Dns, clock: Clock) -> None:
    """Until the negative TTL has passed, resolvers still say no."""
    question = Question("_dmarc.example.com", TXT)
    internet.resolver.remember(question.name, "TXT")
    internet.provider.zone("example.com").set(question.name, "TXT", "v=DMARC1; p=none")

    before = internet.resolve(question)
    clock.move(timedelta(seconds=301))
    after = internet.resolve(question)

    assert isinstance(before, Absent)
    assert Records(("v=DMARC1; p=none",), 300) == after
