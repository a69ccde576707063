"""Which sender's mail would be hit, and whose it may be; pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from sendas.reports.coverage import FEW_MAILS
from sendas.reports.sources import Source, SourceKind
from sendas.reports.tally import Sums, Tally
from sendas.reports.weighing import Remark, Weight


_LATELY = 3
"""Days, of those on which a source sent."""
PASSING_SHARE = 0.02
"""Of a stream of the owner's: so much fails while DNS is slow or a signature was damaged."""
_SOME = 3
"""Mails below which a failure is no pattern."""
STEADY_DAYS = 5
FEW_ADDRESSES = 3
_MUCH = 0.05
"""Of all mail, from one network."""
_TIMES_A_MONTH = 10
"""Mails below which what comes back is no batch."""
_WEEKS = timedelta(days=21)
"""After which a forger's network has long been another."""
MINOR_SHARE = 0.005
"""Of all mail: what a service that nobody here uses may be abused for."""
_OURS = (SourceKind.SES, SourceKind.OWN)
_ASKED = (SourceKind.SERVICE, SourceKind.GMAIL)
_ON_THE_WAY = (SourceKind.FORWARDER, SourceKind.MAILING_LIST, SourceKind.CHANGED)


def streams(tally: Tally, days: list[date], disowned: set[str]) -> Iterator[Remark]:
    """What each sender's mail that fails, or passes by SPF alone, means; not of *disowned*."""
    for source, sums in tally.sources.items():
        if source.name.lower() in disowned:
            continue
        shown = f"{source.name} ({source.stream})" if source.stream else source.name
        if source.kind in _OURS and sums.failed:
            yield _own_failure(source, shown, sums)
        elif source.kind in _ASKED and sums.failed:
            yield _asked_failure(source, shown, sums, tally.mails)
        elif source.kind is SourceKind.UNKNOWN:
            yield from _unknown(sums, days, tally.mails)
        if source.kind in (*_OURS, *_ASKED) and sums.worst_share(sums.told_by_spf) > PASSING_SHARE:
            text = (
                f"{sums.by_spf:,} mails of {shown} pass by SPF alone: whoever forwards them"
                " breaks that"
            )
            yield Remark(Weight.LOSS, text, f"sign them with DKIM as {tally.domain}", sums.by_spf)
    yield from _on_the_way(tally)
    if not any(sums.passed for source, sums in tally.of(*_OURS, *_ASKED)):
        text = "no mail of a sender of yours is seen to pass: the reports do not show your mail"
        yield Remark(Weight.DATA, text)


def _own_failure(source: Source, shown: str, sums: Sums) -> Remark:
    share = sums.failed / sums.mails
    text = f"{sums.failed:,} of {sums.mails:,} mails of {shown} fail ({share:.1%})"
    broken = _broke_lately(sums)
    if broken:
        text = f"{text}, and of those it sent last, most"
    elif sums.worst_share(sums.told_failed) <= PASSING_SHARE or sums.failed < _SOME:
        return Remark(Weight.NOTE, text, "so much fails while DNS is slow", sums.failed)
    mend = "turn on Easy DKIM for the domain, in this account and Region: sendas doctor says how"
    if source.kind is SourceKind.OWN:
        mend = "sign them with DKIM as the domain"
    return Remark(Weight.LOSS, text, mend, sums.failed)


def _broke_lately(sums: Sums) -> bool:
    """Whether most of what it sent last fails, however much passed in the months before."""
    last = sorted(sums.days, reverse=True)[:_LATELY]
    mails = failed = 0
    for day in last:
        mails += sums.days[day]
        failed += sums.failed_days[day]
        if failed >= _SOME and 2 * failed > mails:
            return True
    return False


def _asked_failure(source: Source, shown: str, sums: Sums, mails: int) -> Remark:
    text = f"{sums.failed:,} mails of {shown} fail"
    if source.kind is SourceKind.GMAIL:
        why = "Gmail sends them as you without SES: sendas gmail add, then choose SES's server"
        return Remark(Weight.LOSS, text, why, sums.failed)
    minor = sums.failed <= mails * MINOR_SHARE and len(sums.days) < STEADY_DAYS
    minor = minor and not (sums.passed and _broke_lately(sums))
    why = "if you use it, let it sign with DKIM as your domain; else --not-mine"
    return Remark(Weight.NOTE if minor else Weight.QUESTION, text, why, sums.failed)


def _unknown(sums: Sums, days: list[date], mails: int) -> Iterator[Remark]:
    """What a network sends that nothing proves, and that may be the owner's all the same."""
    addresses = ", ".join(sorted(sums.addresses)[:FEW_ADDRESSES])
    count = len(sums.days)
    text = f"{sums.failed:,} mails came from {addresses} on {count} day{'' if count == 1 else 's'}"
    if _is_steady(sums, days, mails):
        why = "a printer, a web shop, an old server? Send it through SES; or it is not yours"
        yield Remark(Weight.QUESTION, f"{text}: too steady for a forger", why, sums.failed)
    elif _is_batch(sums, mails):
        why = "a newsletter, invoices? Send it through SES; or it is not yours: --not-mine"
        yield Remark(Weight.QUESTION, f"{text}: as what is sent once a month is", why, sums.failed)


def _is_batch(sums: Sums, mails: int) -> bool:
    """Whether few addresses sent much at once, or came back after weeks."""
    if not sums.days or len(sums.addresses) > FEW_ADDRESSES:
        return False
    apart = max(sums.days) - min(sums.days) >= _WEEKS
    again = apart and len(sums.days) >= _SOME and sums.failed >= _TIMES_A_MONTH
    return again or (sums.failed >= FEW_MAILS and sums.failed > mails * _MUCH)


def _is_steady(sums: Sums, days: list[date], mails: int) -> bool:
    """Whether a network that nothing proves sends all the same: few addresses, or much, often."""
    often = len(sums.days) >= max(STEADY_DAYS, len(days) // 3)
    much = sums.failed > mails * _MUCH
    return sums.failed > 0 and often and (much or len(sums.addresses) <= FEW_ADDRESSES)


def _on_the_way(tally: Tally) -> Iterator[Remark]:
    lost = sum(sums.failed for _, sums in tally.of(*_ON_THE_WAY))
    if not lost:
        return
    text = (
        f"{lost:,} mails were forwarded, or went over lists, and fail then; receivers may know"
        " (they say `forwarded` or `mailing_list`), and some will refuse them"
    )
    share = lost / max(1, tally.mails)
    weight = Weight.QUESTION if share > 10 * PASSING_SHARE else Weight.NOTE
    yield Remark(weight, text, "no record of yours can mend that", lost)
