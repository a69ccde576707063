"""Why none of an owner's mail may go out; pure.  The first reason that is not waived counts."""

from sendas.auth.ses_trace import aligned
from sendas.forward.decision import Reason
from sendas.mail.address import domain_of, same_address
from sendas.reply.alias import Standing
from sendas.reply.case import Case
from sendas.ses.notices import Verdict


def stopped(case: Case) -> tuple[Reason, str] | None:
    """Why nothing of it goes out, or None."""
    for reason, question in (
        (Reason.VIRUS, _virus),
        (Reason.NOT_THE_OWNER, _brought_again),
        (Reason.MAILBOX_PAUSED, _paused),
        (Reason.AUTOMATIC_ANSWER, _automatic),
        (Reason.LOOP, _loop),
        (Reason.BAD_ALIAS, _bad_alias),
        (Reason.LEAK, _leak),
        (Reason.TOO_MANY, _too_many),
    ):
        why = "" if reason in case.waived and reason is not Reason.VIRUS else question(case)
        if why:
            return reason, why
    return None


def _virus(case: Case) -> str:
    failed = case.mail.receipt.verdicts.virus is Verdict.FAIL
    return "SES found a virus in it" if failed else ""


def _brought_again(case: Case) -> str:
    """Whether somebody else may have chosen the recipients.

    A DKIM signature proves who wrote a mail, not for whom: whoever has a signed mail of
    the owner's can bring it to any address (RFC 6376, 8.6).  SPF proves that the owner's
    provider brought it; else what the signed header names must be the recipients.
    """
    receipt, authors = case.mail.receipt, case.mail.facts.authors
    author = domain_of(authors[0].address) if authors else ""
    brought_by = domain_of(receipt.reverse_path)
    if receipt.verdicts.spf is Verdict.PASS and aligned(brought_by, author):
        return ""
    named = [box.address for box in case.mail.named()]
    for path in (*case.found, *case.composed):
        if not any(same_address(path, one) for one in named):
            return (
                f"neither To nor Cc names {path}, and SPF does not show that your provider "
                "brought it: somebody may have brought an older mail of yours"
            )
    return ""


def _paused(case: Case) -> str:
    address = case.mailbox.address
    return f"you paused answering as {address}" if address in case.known.paused else ""


def _automatic(case: Case) -> str:
    """RFC 3834: a vacation answer; the owner may not want it sent as the mailbox.

    A receipt (RFC 8098, 3.2.4) names in its fields the address that got the mail.
    """
    if not case.mail.facts.automatic:
        return ""
    kind = case.mail.head.get(b"content-type") or b""
    if kind[:16].lower() == b"multipart/report":
        return "it is a receipt or a report of a program, and names your own address"
    return "" if case.mailbox.automatic else "a program wrote it, such as a vacation answer"


def _loop(case: Case) -> str:
    facts = case.mail.facts
    return "it has been forwarded by us before" if facts.marked or facts.passes else ""


def _bad_alias(case: Case) -> str:
    for path, (standing, alias) in case.found.items():
        match standing:
            case Standing.FORGED:
                return f"no key that we have signed {path}; write to a new alias"
            case Standing.REVOKED:
                return f"the key that signed {path} was revoked, or is gone; write to a new alias"
            case Standing.EXPIRED:
                return f"{path} has expired; write to a new alias"
            case Standing.GOOD:
                pass
        if alias is not None and alias.mailbox != case.mailbox.address:
            return f"{path} is an alias of {alias.mailbox}, not of {case.mailbox.address}"
        if alias is not None and not case.correspondent(alias):
            return f"whom {path} stands for is not in the bucket any more"
    return ""


def _leak(case: Case) -> str:
    """An address in To or Cc that your mail program wrote to from your private address."""
    for box in case.mail.named():
        address = box.address
        if not address or case.translated(box) is not None or case.is_own(address):
            continue
        return (
            f"{address} is no alias: your mail program has sent it the mail from your own "
            "address already; write to an alias instead"
        )
    return ""


def _too_many(case: Case) -> str:
    mailbox, known = case.mailbox, case.known
    if known.sent_this_hour >= mailbox.per_hour:
        most, many = f"{mailbox.per_hour} an hour", known.sent_this_hour
    elif known.sent_today >= mailbox.per_day:
        most, many = f"{mailbox.per_day} a day", known.sent_today
    else:
        return ""
    return f"you sent {many} answers already, and at most {most} go out"
