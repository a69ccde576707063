"""What one key of the file has to do with another.

Reads the file as it was written, wrong places and all, so that these mistakes
show together with those of single values; whatever is not of the right kind is
passed over here, for its own place complains.
"""

import difflib

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sendas.config import readers
from sendas.config.lines import Place
from sendas.config.model import CATCH_ALL
from sendas.config.relay_checks import relay_mistakes
from sendas.config.remark import Remark
from sendas.dns.names import within
from sendas.mail.address import domain_of
from sendas.ses.regions import KNOWN


def mistakes(raw: Mapping[str, Any]) -> Iterator[Remark]:
    """Everything that cannot stand together."""
    ours = frozenset(name for _, _, name in _domains(raw))
    yield from _twice([(place, name) for place, _, name in _domains(raw)], "domain")
    yield from _secrets((), raw)
    yield from relay_mistakes(raw, ours)
    for place, domain, name in _domains(raw):
        if "region" not in domain and "region" not in raw:
            remedy = 'write region = "us-east-2" here, or once at the top of the file'
            yield Remark((*place, "region"), "no Region is given", remedy)
        yield from _mail_from(place, domain, name, ours)
        yield from _mailboxes(place, domain, name, ours)
        yield from _own_addresses(place, domain, name, ours)
        yield from _reply_words(place, domain)
        yield from _report_address(place, domain)
        yield from _bucket(place, domain)
        yield from _adopted(place, domain)


def doubts(raw: Mapping[str, Any]) -> Iterator[Remark]:
    """What can stand, but may not be meant."""
    ours = frozenset(name for _, _, name in _domains(raw))
    for place, table in [((), raw), *((p, d) for p, d, _ in _domains(raw))]:
        region = table.get("region")
        if isinstance(region, str) and region not in KNOWN:
            near = difflib.get_close_matches(region, KNOWN, n=1)
            remedy = f"did you mean {near[0]}?" if near else "SES has the last word"
            problem = f"{readers.shown(region)} is no Region that this release knows"
            yield Remark((*place, "region"), problem, remedy)
    for at, address in _texts(("alarms", "to"), _table(raw, "alarms").get("to")):
        if domain_of(address) in ours:
            problem = f"{address} is at a domain of ours"
            remedy = "an alarm that its mail is broken would not arrive; take another address"
            yield Remark(at, problem, remedy)
    for place, domain, name in _domains(raw):
        yield from _reports(place, domain, name, ours)


def _reports(
    place: Place, domain: Mapping[str, Any], name: str, ours: frozenset[str]
) -> Iterator[Remark]:
    taken = {_mailbox_name(box) for _, box in _tables(place, domain, "mailbox")}
    if isinstance(domain.get("reports"), dict):
        taken.add(str(_table(domain, "reports").get("mailbox", "reports")).lower())
    for at, address in _texts(
        (*place, "dmarc", "reports"), _table(domain, "dmarc").get("reports")
    ):
        local, _, host = address.lower().rpartition("@")
        if host == name and not taken & {local, local.partition("+")[0], CATCH_ALL}:
            remedy = (
                f'add [domain.reports] with mailbox = "{local}", and sendas reads them; or a'
                f' [[domain.mailbox]] with name = "{local}" and keep = true'
            )
            yield Remark(at, f"no mailbox takes {address}", remedy)
        elif host not in ours and not within(host, name):
            problem = f"{host} must agree to take reports about {name}"
            remedy = (
                f'it needs the record {name}._report._dmarc.{host} TXT "v=DMARC1" (RFC 9990);'
                f" an address at {name} needs none"
            )
            yield Remark(at, problem, remedy)


def _mail_from(
    place: Place, domain: Mapping[str, Any], name: str, ours: frozenset[str]
) -> Iterator[Remark]:
    written = domain.get("mail_from")
    if not isinstance(written, str):
        return
    here = (*place, "mail_from")
    whole = mail_from_name(written, name)
    try:
        readers.domain_name(whole)
    except readers.Wrong as wrong:
        yield Remark(here, f"{readers.shown(written)} is no label of a domain", wrong.remedy)
        return
    if whole == name or not within(whole, name):
        # SES guide, "Using a custom MAIL FROM domain": a subdomain of the identity.
        problem = f"{readers.shown(written)} is no subdomain of {name}"
        yield Remark(here, problem, f'write a label such as "mail": it becomes mail.{name}')
    elif whole in ours:
        problem = f"{whole} is a domain with mailboxes here"
        yield Remark(here, problem, "take a name that nobody writes to; its MX is for bounces")


def mail_from_name(written: str, domain: str) -> str:
    """The custom MAIL FROM domain, from its label or written whole."""
    text = written.lower().rstrip(".")
    return text if "." in text else f"{text}.{domain}"


def _mailboxes(
    place: Place, domain: Mapping[str, Any], name: str, ours: frozenset[str]
) -> Iterator[Remark]:
    boxes = list(_tables(place, domain, "mailbox"))
    receives = domain.get("receive", True) is True
    if receives and not boxes and not isinstance(domain.get("mailbox"), dict):
        remedy = 'add a [[domain.mailbox]] with name = "me" and to = ["owner@gmail.com"]'
        yield Remark((*place, "mailbox"), f"{name or 'the domain'} has no mailbox", remedy)
    yield from _twice([(at, _mailbox_name(box)) for at, box in boxes], "mailbox")
    for at, box in boxes:
        yield from _fate(at, box, receives=receives)
        yield from _targets(at, box, ours)
        if _mailbox_name(box) == CATCH_ALL and box.get("send", "none") != "none":
            remedy = "give the address you write as a [[domain.mailbox]] of its own"
            yield Remark((*at, "send"), "nobody can write as every address at once", remedy)
        yield from _reply(at, box)
        if "user" in box and box.get("send") != "smtp":
            remedy = 'add send = "smtp", or take `user` out'
            yield Remark((*at, "user"), "an IAM user is for sending over SES SMTP", remedy)
        if "rotation" in box and box.get("send") != "smtp":
            remedy = 'add send = "smtp", or take `rotation` out'
            yield Remark((*at, "rotation"), "only a password of SES SMTP is rotated", remedy)
        if "held_by" in box and box.get("send") not in {"smtp", "relay"}:
            remedy = 'add send = "smtp" or "relay", or take `held_by` out'
            text = "only a mailbox of SES SMTP or of the relay has a password"
            yield Remark((*at, "held_by"), text, remedy)
        held = box.get("held_by")
        named = enumerate(held if isinstance(held, list) else ())
        copies = [((*at, "held_by", n), one.lower()) for n, one in named if isinstance(one, str)]
        yield from _twice(copies, "holder")


def _answers(box: Mapping[str, Any]) -> bool:
    """As `Mailbox.answers`, of what was written: a table of its own may switch it off."""
    wished = _table(box, "reply").get("enabled", True) is True
    return wished and ("reply" in box or box.get("send") == "reply-alias")


def _reply(at: Place, box: Mapping[str, Any]) -> Iterator[Remark]:
    if not _answers(box):
        return
    here = (*at, "reply") if "reply" in box else (*at, "send")
    if _mailbox_name(box) == CATCH_ALL:
        remedy = "give the address you write as a [[domain.mailbox]] of its own"
        yield Remark(here, "nobody can answer as every address at once", remedy)
    elif not box.get("to"):
        remedy = 'write to = ["owner@gmail.com"]: who gets its mail may answer it'
        yield Remark(here, "nobody gets its mail, so nobody can answer it", remedy)


def _reply_words(place: Place, domain: Mapping[str, Any]) -> Iterator[Remark]:
    words_of = _table(domain, "reply")
    taken = {_mailbox_name(box) for _, box in _tables(place, domain, "mailbox")}
    for key, usual in (("prefix", "to"), ("compose", "compose")):
        word = words_of.get(key, usual)
        answers = any(_answers(box) for _, box in _tables(place, domain, "mailbox"))
        if answers and isinstance(word, str) and word.lower() in taken:
            remedy = f'choose another: [domain.reply] {key} = "{word}-to"'
            yield Remark((*place, "reply", key), f"{word!r} is a mailbox too", remedy)
        elif isinstance(word, str) and ("." in word or "+" in word or "_" in word):
            remedy = "letters, digits and dashes"
            yield Remark(
                (*place, "reply", key), f"{readers.shown(word)} is no single word", remedy
            )


def _report_address(place: Place, domain: Mapping[str, Any]) -> Iterator[Remark]:
    if not isinstance(domain.get("reports"), dict):
        return
    reports = _table(domain, "reports")
    here = (*place, "reports")
    boxes = [box for _, box in _tables(place, domain, "mailbox")]
    local = str(reports.get("mailbox", "reports")).lower()
    forwarding = str(domain.get("forwarding_address", "")).lower().rpartition("@")[0]
    if domain.get("receive", True) is not True:
        remedy = "take [domain.reports] out, or set receive = true"
        yield Remark(here, "the domain receives no mail", remedy)
    elif _table(domain, "adopted").get("rules"):
        remedy = "take [domain.reports] out; name an address elsewhere in [domain.dmarc] reports"
        yield Remark(here, "mail is received by rules that stood before sendas", remedy)
    elif not any(box.get("to") for box in boxes):
        remedy = "give one mailbox a `to`: the function that forwards its mail reads reports too"
        yield Remark(here, "no function is made that could read reports", remedy)
    if local in {_mailbox_name(box) for box in boxes} | {forwarding}:
        problem = f"{local!r} is an address of its own already"
        remedy = f'choose another: [domain.reports] mailbox = "dmarc-{local}"'
        yield Remark((*here, "mailbox"), problem, remedy)


def _fate(at: Place, box: Mapping[str, Any], *, receives: bool) -> Iterator[Remark]:
    said = [
        key
        for key, given in (
            ("to", "to" in box),
            ("reject", "reject" in box),
            ("keep", box.get("keep") is True),
        )
        if given
    ]
    if not receives and said:
        remedy = f"take `{said[0]}` out, or set receive = true"
        yield Remark((*at, said[0]), "the domain receives no mail", remedy)
    elif receives and len(said) > 1:
        problem = f"`{said[0]}` and `{said[1]}` exclude each other"
        yield Remark((*at, said[1]), problem, "keep one of them")
    elif receives and (not said or box.get("to") == []):
        remedy = 'write to = ["owner@gmail.com"], or reject = "why", or keep = true'
        yield Remark((*at, "to"), "nothing says what becomes of its mail", remedy)


def _targets(at: Place, box: Mapping[str, Any], ours: frozenset[str]) -> Iterator[Remark]:
    targets = list(_texts((*at, "to"), box.get("to")))
    yield from _twice([(here, target.lower()) for here, target in targets], "target")
    yield from _circles(targets, ours)


def _circles(addresses: list[tuple[Place, str]], ours: frozenset[str]) -> Iterator[Remark]:
    for at, address in addresses:
        if domain_of(address) in ours:
            problem = f"{address} is at a domain of ours: mail would go in a circle"
            yield Remark(at, problem, "write the mailbox outside where you read it")


def _own_addresses(
    place: Place, domain: Mapping[str, Any], name: str, ours: frozenset[str]
) -> Iterator[Remark]:
    notices = domain.get("notices")
    if isinstance(notices, str):
        yield from _circles([((*place, "notices"), notices)], ours)
    forwarding = domain.get("forwarding_address")
    if not isinstance(forwarding, str) or "@" not in forwarding:
        return
    here = (*place, "forwarding_address")
    local, _, host = forwarding.lower().rpartition("@")
    if host != name:
        yield Remark(here, f"{forwarding} is not at {name}", f"write {local}@{name}")
    elif local in {_mailbox_name(box) for _, box in _tables(place, domain, "mailbox")}:
        problem = f"{forwarding} is a mailbox too: Gmail would take forwarded mail for your own"
        yield Remark(here, problem, "take an address that nobody writes as")


def _bucket(place: Place, domain: Mapping[str, Any]) -> Iterator[Remark]:
    """Only a bucket that the stack makes keeps versions."""
    if domain.get("keep_deleted_days") is None:
        return
    here, adopted = (*place, "keep_deleted_days"), _table(domain, "adopted")
    if domain.get("receive", True) is not True:
        remedy = "take `keep_deleted_days` out, or set receive = true"
        yield Remark(here, "the domain receives no mail", remedy)
    elif adopted.get("bucket") or adopted.get("rules"):
        remedy = "take it out, and switch versioning on in S3 yourself"
        yield Remark(here, "the bucket stood before sendas, which does not change it", remedy)


def _adopted(place: Place, domain: Mapping[str, Any]) -> Iterator[Remark]:
    adopted = _table(domain, "adopted")
    here = (*place, "adopted")
    if adopted.get("rules") and not adopted.get("rule_set"):
        yield Remark((*here, "rules"), "rules belong to a rule set", "name it: rule_set = …")
    if adopted.get("prefix") and not adopted.get("bucket"):
        yield Remark((*here, "prefix"), "a prefix belongs to a bucket", "name it: bucket = …")


def _twice(named: Sequence[tuple[Place, str | None]], what: str) -> Iterator[Remark]:
    seen: set[str] = set()
    for place, name in named:
        if name is None:
            continue
        if name in seen:
            at = place if what in {"target", "holder"} else (*place, "name")
            remedy = (
                "keep one of them"
                if what != "mailbox"
                else "keep one [[domain.mailbox]], with all targets in its `to`"
            )
            yield Remark(at, f"the {what} {readers.shown(name)} is there twice", remedy)
        seen.add(name)


def _secrets(place: Place, value: object) -> Iterator[Remark]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from _secrets((*place, key), inner)
        case list():
            for number, inner in enumerate(value):
                yield from _secrets((*place, number), inner)
        case str() if readers.looks_secret(value):
            remedy = "take it out, and make a new key: this one may have been seen"
            yield Remark(place, "this looks like an AWS secret key; the file holds none", remedy)


def _domains(raw: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any], str]]:
    for place, table in _tables((), raw, "domain"):
        try:
            yield place, table, readers.domain_name(str(table.get("name", "")))
        except readers.Wrong:
            yield place, table, ""


def _tables(
    place: Place, table: Mapping[str, Any], key: str
) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    found = table.get(key)
    for number, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, dict):
            yield (*place, key, number), one


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = table.get(key)
    return found if isinstance(found, dict) else {}


def _texts(place: Place, value: object) -> Iterator[tuple[Place, str]]:
    for number, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, str) and "@" in one:
            yield (*place, number), one


def _mailbox_name(box: Mapping[str, Any]) -> str | None:
    name = box.get("name")
    return name.lower() if isinstance(name, str) else None
