"""What the keys of ``[relay]`` have to do with each other and with the domains."""

from collections.abc import Iterator, Mapping
from typing import Any

from sendas.config import readers
from sendas.config.lines import Place
from sendas.config.networks import BadNetwork, IpNetwork, check_together, parse_network
from sendas.config.remark import Remark
from sendas.mail.address import domain_of


def relay_mistakes(raw: Mapping[str, Any], ours: frozenset[str]) -> Iterator[Remark]:
    """Everything in ``[relay]`` that cannot stand together."""
    relay = raw.get("relay")
    if not isinstance(relay, dict):
        yield from _without(raw)
        return
    yield from _region(raw, relay)
    for one, other in (("certificate", "key"), ("key", "certificate")):
        if relay.get(one) and not relay.get(other):
            remedy = f"name both files; certbot calls them fullchain.pem and privkey.pem ({other})"
            yield Remark(("relay", other), f"`{one}` stands alone", remedy)
    for one, other in (("bucket", "queue"), ("queue", "bucket")):
        if relay.get(one) and not relay.get(other):
            remedy = f"name both: the bucket keeps the mail, the queue reminds of it ({other})"
            yield Remark(("relay", other), f"`{one}` stands alone", remedy)
    yield from _ports(relay)
    yield from _networks(relay, ours)
    address = relay.get("notices_from")
    if isinstance(address, str) and "@" in address and domain_of(address) not in ours:
        remedy = "SES sends notices too: take an address at one of the file's domains"
        yield Remark(("relay", "notices_from"), f"{address} is at no domain here", remedy)


def _without(raw: Mapping[str, Any]) -> Iterator[Remark]:
    for number, one in _listed(raw, "domain"):
        for place, box in _listed(one, "mailbox"):
            if box.get("send") == "relay":
                at: Place = ("domain", number, "mailbox", place, "send")
                remedy = 'add [relay] with host = "relay.example.com", the name that clients dial'
                yield Remark(at, "nothing says where the relay is", remedy)


def _region(raw: Mapping[str, Any], relay: Mapping[str, Any]) -> Iterator[Remark]:
    """One relay asks one Region's SES: its mailboxes' domains must be there."""
    domains = list(_listed(raw, "domain"))
    regions = {str(one.get("region", raw.get("region", ""))) for _, one in domains}
    only = next(iter(regions)) if len(regions) == 1 else None
    own = relay.get("region") or raw.get("region") or only
    if own is None:
        remedy = 'write region = "us-east-2" into [relay]: whose SES sends'
        yield Remark(("relay", "region"), "no Region is given", remedy)
        return
    for number, one in domains:
        where = one.get("region", raw.get("region", own))
        sending = any(box.get("send") == "relay" for _, box in _listed(one, "mailbox"))
        if where != own and sending:
            problem = f"the domain is in {where}, and the relay sends in {own}"
            remedy = "a relay sends in one Region; run another for this domain"
            yield Remark(("domain", number, "region"), problem, remedy)


def _ports(relay: Mapping[str, Any]) -> Iterator[Remark]:
    seen: set[object] = set()
    for key, usual in (("starttls", [587, 2587]), ("tls", [465])):
        ports = relay.get(key, usual)
        for number, port in enumerate(ports if isinstance(ports, list) else ()):
            if isinstance(port, int) and port in seen:
                yield Remark(("relay", key, number), f"port {port} stands twice", "keep one")
            seen.add(port if isinstance(port, int) else number)
    if not seen:
        remedy = "starttls = [587] is what clients expect (RFC 6409)"
        yield Remark(("relay", "starttls"), "there is no port to listen at", remedy)


def _networks(relay: Mapping[str, Any], ours: frozenset[str]) -> Iterator[Remark]:
    read = list(_proxies(relay))
    names: set[str] = set()
    for number, one in _listed(relay, "network"):
        at: Place = ("relay", "network", number)
        name = one.get("name")
        if isinstance(name, str):
            if name in names:
                yield Remark((*at, "name"), f"{readers.shown(name)} stands twice", "rename one")
            names.add(name)
        senders = one.get("senders")
        for place, sender in enumerate(senders if isinstance(senders, list) else ()):
            if isinstance(sender, str) and "@" in sender and domain_of(sender) not in ours:
                problem = f"{readers.shown(sender)} is at no domain of the file"
                yield Remark((*at, "senders", place), problem, "SES would refuse it")
        try:
            read.append(parse_network(str(one.get("network", ""))))
        except BadNetwork:
            continue  # its own place complains
    try:
        check_together(read)
    except BadNetwork as error:
        problem, _, remedy = str(error).partition("; ")
        yield Remark(("relay", "network"), problem, remedy)


def _proxies(relay: Mapping[str, Any]) -> Iterator[IpNetwork]:
    """Who may say for whom he stands, and so for a network without a password."""
    found = relay.get("proxies")
    for one in found if isinstance(found, list) else ():
        try:
            yield parse_network(str(one))
        except BadNetwork:
            continue  # its own place complains


def _listed(table: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The tables of an array of tables, whatever else stands there."""
    found = table.get(key)
    for number, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, dict):
            yield number, one
