"""Between the lab's zones and DNS packets (dnslib)."""

from collections.abc import Iterable

import dnslib

from sendas_lab.dns.zone import Found, Kind, RecordSet, normal, txt_strings


UDP_BYTES = 512
"""RFC 1035, 4.2.1: what fits in UDP when the asker does not say more (EDNS)."""


def question_of(query: dnslib.DNSRecord) -> tuple[str, str]:
    """Name and type that *query* asks for, such as ``("example.com", "MX")``."""
    return normal(str(query.q.qname)), dnslib.QTYPE.get(query.q.qtype)


def reply(
    query: dnslib.DNSRecord, found: Found, *, authoritative: bool, recursion: bool = False
) -> dnslib.DNSRecord:
    """The packet that says what was *found*."""
    answer = query.reply(ra=int(recursion), aa=int(authoritative and found.kind is not _CUT))
    if found.kind is Kind.NO_SUCH_NAME:
        answer.header.rcode = dnslib.RCODE.NXDOMAIN
    for record in records(found.answer):
        answer.add_answer(record)
    for record in records(found.authority):
        answer.add_auth(record)
    return answer


_CUT = Kind.REFERRAL


def failure(query: dnslib.DNSRecord, rcode: str, *, recursion: bool = False) -> dnslib.DNSRecord:
    """An answer that only says *rcode*: ``SERVFAIL``, ``REFUSED``, ``FORMERR``."""
    answer = query.reply(ra=int(recursion), aa=0)
    answer.header.rcode = getattr(dnslib.RCODE, rcode)
    return answer


def packed(answer: dnslib.DNSRecord, query: dnslib.DNSRecord, *, udp: bool) -> bytes:
    """The bytes to send; cut to the question with TC set when UDP cannot hold them."""
    whole = bytes(answer.pack())
    if not udp or len(whole) <= _room(query):
        return whole
    # RFC 2181, 9: what does not fit is left out and TC says so; the question stays, because
    # resolvers drop an answer that does not repeat it.
    short = query.reply(ra=answer.header.ra, aa=answer.header.aa)
    short.header.tc = 1
    short.header.rcode = answer.header.rcode
    return bytes(short.pack())


def records(record_sets: Iterable[RecordSet]) -> list[dnslib.RR]:
    """Resource records for packets."""
    return [
        dnslib.RR(
            record_set.name or ".",
            getattr(dnslib.QTYPE, record_set.type),
            rdata=_rdata(record_set.type, value),
            ttl=record_set.ttl,
        )
        for record_set in record_sets
        for value in record_set.values
    ]


def _rdata(record_type: str, value: str) -> dnslib.RD:
    if record_type == "TXT":
        return dnslib.TXT(list(txt_strings(value)))
    tokens = value.split()
    if record_type == "CAA":
        tokens = [token.strip('"') for token in tokens]
    return dnslib.RDMAP[record_type].fromZone(tokens, dnslib.DNSLabel([]))


def _room(query: dnslib.DNSRecord) -> int:
    # RFC 6891, 6.2.3: the asker's OPT record carries what it can take in its class field.
    sizes: list[int] = [extra.rclass for extra in query.ar if extra.rtype == dnslib.QTYPE.OPT]
    return max(UDP_BYTES, *sizes, 0)
