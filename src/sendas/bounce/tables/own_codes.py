"""Codes of a provider's own making: what each means, list by list, with the page that says so.

A code settles it, whatever the words around it: the words are often the same for ten codes.
"""

import re

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sendas.advice import Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row


_R, _O = Reason, Owner
_Cell = tuple[Reason, str, Owner | None]
_DNS_RULES = ("DNS001", "DNS007", "DNS010", "DNS011", "DNS012")


@dataclass(frozen=True, slots=True)
class CodeList:
    """One provider's list: how its codes are written, and a row for each meaning."""

    pattern: str
    rows: tuple[Row, ...]

    def row_of(self, lowered: str) -> Row | None:
        """The row of the first code in lower-case *lowered* that the list explains."""
        for found in _compiled(self.pattern).findall(lowered):
            for row in self.rows:
                if found in row.texts:
                    return row
        return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _list(provider: str, source: str, pattern: str, *cells: _Cell) -> tuple[str, CodeList]:
    rows = tuple(
        Row(
            reason,
            source,
            tuple(code for part in written.split() for code in _codes(part)),
            provider=provider,
            confidence=Confidence.CERTAIN,
            owner=owner,
            rules=_DNS_RULES if reason is _R.AUTH_FAILURE else (),
        )
        for reason, written, owner in cells
    )
    return provider, CodeList(pattern, rows)


def _codes(written: str) -> tuple[str, ...]:
    """``1300-1340`` stands for every tenth number: that is how such lists count."""
    low, dash, high = written.partition("-")
    if not (dash and low.isdigit() and high.isdigit()):
        return (written,)
    return tuple(str(number) for number in range(int(low), int(high) + 1, 10))


# Orange, La Poste and SFR's platform share their numbers: OFR_102, LPN007_416, OUK_513, [417].
_FRENCH: tuple[_Cell, ...] = (
    (_R.BLOCKED, "101 102 103 201 510 999", _O.AWS),
    (_R.TOO_MANY_CONN, "104 105 109", _O.WAIT),
    (_R.REQUIRE_PTR, "107", _O.AWS),
    (_R.SECURITY_ERROR, "305 402", None),
    (_R.AUTH_FAILURE, "397 398 401 515 517 519 535", _O.DNS),
    (_R.REJECTED, "403 405 415 421", _O.DNS),
    (_R.USER_UNKNOWN, "416 418", None),
    (_R.MAILBOX_FULL, "417", None),
    (_R.SUSPEND, "420 426", None),
    (_R.SYSTEM_ERROR, "423 424 505", _O.WAIT),
    (_R.SPAM_DETECTED, "506 513 536", _O.CONTENT),
    (_R.MESG_TOO_BIG, "514", None),
    (_R.POLICY_VIOLATION, "630", _O.RECIPIENT_ADMIN),
    (_R.SPEEDING, "988 989 990", _O.WAIT),
)
_FRENCH_CODE = r"(?:(?:ofr|lpn|ouk)[a-z]{0,3}\d{0,3}(?:-\d{3})?_|\[)(\d{3})(?!\d)"

CODE_LISTS: Mapping[str, CodeList] = dict(
    (
        _list(
            "orange",
            "postmaster.orange.fr: codes of refusal (2026-09-01)",
            _FRENCH_CODE,
            *_FRENCH,
        ),
        _list(
            "laposte",
            "La Poste, codes of refusal (LPN, the platform of Orange)",
            _FRENCH_CODE,
            *_FRENCH,
        ),
        _list(
            "sfr",
            "SFR, codes SFR_IN_ (bentonow.com/smtp-errors/sfr): the last two digits tell",
            r"sfr_in_\d(\d\d)(?!\d)",
            (_R.BAD_REPUTATION, "01 04", _O.AWS),
            (_R.VIRUS_DETECTED, "02", _O.CONTENT),
            (_R.SYNTAX_ERROR, "03", _O.CODE),
            (_R.SPEEDING, "05", _O.WAIT),
        ),
        _list(
            "charter",
            "spectrum.net/support: understanding email error codes",
            r"aup#(?:[a-z]{1,4}-)?(\d{4})",
            (_R.BLOCKED, "1000 1200-1250 1260", _O.AWS),
            (_R.REJECTED, "1010-1080 1500-1520", _O.SENDER),
            (_R.SYSTEM_ERROR, "1090", _O.WAIT),
            (_R.REQUIRE_PTR, "1100-1150", _O.AWS),
            (_R.POLICY_VIOLATION, "1160-1190 1560", _O.RECIPIENT_ADMIN),
            (_R.TOO_MANY_CONN, "1270-1340 1550", _O.WAIT),
            (_R.SPEEDING, "1350-1490 1540 1580", _O.WAIT),
            (_R.MESG_TOO_BIG, "1530", None),
        ),
        _list(
            "cox",
            "cox.com/residential/support: email error codes",
            r"\b(cx[a-z]{2,4}|cdrbl|ipbl[01]{4,5}|urlbl[01]{3,4})\b",
            (
                _R.BLOCKED,
                (
                    "cxbl cdrbl ipbl0001 ipbl0010 ipbl0100 ipbl0011 ipbl0101 ipbl0110 ipbl0111 "
                    "ipbl1000 ipbl1001 ipbl1010 ipbl1011 ipbl1100 ipbl1101 ipbl1110 ipbl1111 "
                    "ipbl00001"
                ),
                _O.AWS,
            ),
            (_R.REQUIRE_PTR, "cxdns", _O.AWS),
            (_R.AUTH_FAILURE, "cxsndr", _O.DNS),
            (_R.SYNTAX_ERROR, "cxsmtp", _O.CODE),
            (_R.TOO_MANY_CONN, "cxcnct", _O.WAIT),
            (_R.SPEEDING, "cxmxrt", _O.WAIT),
            (_R.SECURITY_ERROR, "cxthrt cxmj", _O.SENDER),
            (_R.SPAM_DETECTED, "urlbl011 urlbl101 urlbl110 urlbl1001", _O.CONTENT),
        ),
        _list(
            "godaddy",
            "godaddy.com/help 40685: fix rejected email with a bounce error",
            r"\b(ib\d{3})\b",
            (_R.SECURITY_ERROR, "ib401", _O.SENDER),
            (_R.NOT_COMPLIANT_RFC, "ib501 ib502", _O.CODE),
            (_R.REJECTED, "ib506", _O.DNS),
            (_R.AUTH_FAILURE, "ib508", _O.DNS),
            (_R.REQUIRE_PTR, "ib108", _O.AWS),
            (_R.SPAM_DETECTED, "ib212", _O.CONTENT),
            (_R.VIRUS_DETECTED, "ib705", _O.CONTENT),
            (_R.TOO_MANY_CONN, "ib007 ib605", _O.WAIT),
            (_R.SPEEDING, "ib101 ib504 ib510 ib607", _O.WAIT),
            (_R.BLOCKED, "ib103 ib104 ib105 ib106 ib110 ib111 ib112 ib113", _O.AWS),
        ),
        _list(
            "comcast",
            "postmaster.comcast.net/smtp-error-codes.php",
            r"\b((?:bl|es|rl|sl|pt|dm|dy|hu|at)\d{6})\b",
            (
                _R.BLOCKED,
                (
                    "es000001 es000010 bl000000 bl000001 bl000010 bl000011 bl000100 bl000101 "
                    "bl000110 bl000111 dy000000 hu000000"
                ),
                _O.AWS,
            ),
            (_R.SPEEDING, "rl000001 rl000002 rl000003 sl000000", _O.WAIT),
            (_R.REQUIRE_PTR, "pt000000", _O.AWS),
            (_R.AUTH_FAILURE, "dm000001", _O.DNS),
        ),
        _list(
            "rackspace",
            "docs.rackspace.com: common email bounces; smtp.codes/rackspace",
            r"\((g[0-9a-f]{1,2})\)",
            (_R.TOO_MANY_CONN, "g2", _O.WAIT),
            (_R.REQUIRE_PTR, "g1f", _O.AWS),
            (_R.ON_HOLD, "g6", _O.WAIT),
            (_R.SPEEDING, "g28 g30", _O.WAIT),
            (_R.NETWORK_ERROR, "g16", None),
            (_R.AUTH_FAILURE, "g1e", _O.DNS),
        ),
        _list(
            "facebook",
            "postmaster.facebook.com/response_codes",
            r"\b([a-z]{3}-[pt]\d)\b",
            (_R.BLOCKED, "pol-p1 pol-p2 con-p1", _O.AWS),
            (_R.AUTH_FAILURE, "pol-p6 pol-p7 dns-p7", _O.DNS),
            (_R.SPAM_DETECTED, "pol-p3 pol-p4", _O.CONTENT),
            (_R.NOT_COMPLIANT_RFC, "msg-p2 msg-p3", _O.CODE),
            (_R.SYSTEM_ERROR, "int-t1 int-t2 int-t3 int-t4", _O.WAIT),
            (_R.FILTERED, "rcp-p2", _O.RECIPIENT),
            (_R.USER_UNKNOWN, "rcp-p1 int-p1 int-p3 int-p4", None),
            (_R.SPEEDING, "con-t1 con-t2 rcp-t1 rcp-t2", _O.WAIT),
            (_R.REQUIRE_PTR, "dns-p1 dns-p2 dns-p3", _O.AWS),
        ),
        _list(
            "netease",
            "mail.163.com/help/help_spam_16.htm: codes of refusal",
            r"\b((?:dt|mi|hl|rp|wm):[a-z]{3})\b",
            (_R.BLOCKED, "hl:rep hl:mep hl:ihu hl:ipb dt:rbl wm:bli", _O.AWS),
            (_R.TOO_MANY_CONN, "hl:icc rp:drc rp:rcl", _O.WAIT),
            (_R.SPEEDING, "hl:ifc mi:dmc mi:sfq mi:stc rp:qrc rp:trc", _O.WAIT),
            (_R.SYNTAX_ERROR, "mi:cel mi:ccl rp:cel rp:ccl mi:nhd", _O.CODE),
            (_R.REJECTED, "wm:blu mi:spb mi:imf", _O.RECIPIENT_ADMIN),
            (_R.AUTH_FAILURE, "mi:spf mi:dma", _O.DNS),
            (_R.NOT_COMPLIANT_RFC, "dt:sum", _O.CODE),
            (_R.NO_RELAYING, "rp:frl", _O.SENDER),
            (_R.SPAM_DETECTED, "dt:spm", _O.CONTENT),
        ),
        _list(
            "yahoo",
            "postmaster.info.aol.com/errors: AOL's codes, which stand for its own servers",
            r"\(((?:rtr|dns|rly|dyn|con):[a-z0-9]{2,3})\)",
            (
                _R.BLOCKED,
                (
                    "rtr:bb rtr:bg rtr:bl rtr:ch rtr:du rtr:ge rtr:rd rtr:sc rly:b1 rly:b2 rly:bd "
                    "rly:ch rly:cs rly:sn rly:nw con:b1 con:b2"
                ),
                _O.AWS,
            ),
            (_R.REQUIRE_PTR, "dns:nr dns:b1 dns:b2", _O.AWS),
            (_R.BAD_REPUTATION, "rly:b3", _O.AWS),
            (_R.SPEEDING, "dyn:t1", _O.WAIT),
        ),
        _list(
            "libero",
            "postmaster.libero.it: LIB codes",
            r"\b(lib_\d{3})\b",
            (_R.BLOCKED, "lib_102 lib_103 lib_160", _O.AWS),
            (_R.TOO_MANY_CONN, "lib_104 lib_105", _O.WAIT),
            (_R.USER_UNKNOWN, "lib_416", None),
            (_R.SPAM_DETECTED, "lib_506 lib_510", _O.CONTENT),
        ),
    )
)
"""By provider; looked up before any row of the provider's."""


def provider_by_own_code(lowered: str) -> str:
    """The provider whose own code stands in *lowered*; empty without."""
    if _compiled(_ANY).search(lowered) is None:
        return ""
    return next((name for name in _TELLING if CODE_LISTS[name].row_of(lowered)), "")


_TELLING = tuple(name for name, codes in CODE_LISTS.items() if codes.pattern != _FRENCH_CODE)
"""Whose codes nobody else would write: a number in brackets is not one."""
_ANY = "|".join(f"(?:{CODE_LISTS[name].pattern})" for name in _TELLING)
