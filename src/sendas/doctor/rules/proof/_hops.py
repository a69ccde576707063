"""How a hop of a proof is judged, and which rules would explain that it stops there."""

from collections.abc import Callable, Mapping

from sendas.advice import Help
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Status, Verdict
from sendas.doctor.proof import HOPS, End, Hop, Journey, Way
from sendas.errors import CouldNotLook


_EXCHANGER = (
    "DNS105", "DNS106", "DNS107", "DNS014", "DNS015", "DNS016", "DNS017", "DNS019", "DNS109",
    "RX110",
)  # fmt: skip
_RULES = ("RX001", "RX002", "RX003", "RX005", "RX109", "ID001", "ID101")
_BUCKET = ("RX007", "RX101")
_SENDING = (
    "ACC001", "ACC003", "ACC004", "ACC101", "ID001", "ID101", "ID009", "ID103", "RX106", "ID002",
)  # fmt: skip
_SIGNED = (
    "DNS001", "DNS002", "DNS003", "DNS004", "DNS005", "DNS011", "DNS013", "DNS018", "DNS101",
    "DNS103", "DNS104", "DNS110", "DNS111", "DNS112", "ID003", "ID004", "ID102",
)  # fmt: skip

CAUSES: Mapping[Hop, tuple[str, ...]] = {
    Hop.TAKEN: (*_EXCHANGER, *_RULES),
    Hop.STORED: (*_RULES, *_BUCKET, "RX020"),
    Hop.NOTICED: ("RX102",),
    Hop.QUEUED: ("RX103", "RX102"),
    Hop.WORKED_ON: ("RX104", "RX105", "RX106", "RX107", "RX113", "RX010"),
    Hop.FORWARDED: (*_SENDING, "RX107"),
    Hop.ARRIVED: (*_SIGNED, *_EXCHANGER, *_RULES, *_BUCKET),
    Hop.LOGGED_IN: (
        "SMTP101", "SMTP004", "SMTP005", "SMTP007", "SMTP008", "SMTP009", "SMTP012", "SMTP102",
        "SMTP103", "SMTP104", "SMTP106", "SMTP107", "ACC003",
    ),
    Hop.SENT: (
        "ACC001", "ACC003", "ACC004", "ACC005", "ACC006", "ACC101", "IAM001", "IAM002", "IAM003",
        "IAM009", "IAM010", "IAM101", "ID001", "ID002", "ID009", "ID101", "ID103", "SMTP102",
    ),
    Hop.CAME: (*_EXCHANGER, *_RULES, *_BUCKET),
    Hop.JUDGED: _SIGNED,
}  # fmt: skip
"""What rules may have found already of what stops a mail at each hop."""

ASKED = {Way.IN: "mail into the domain", Way.OUT: "mail out of it"}


def hop_judge(way: Way, hop: Hop, passed: str, stopped: str, mend: str) -> Callable[
    [Evidence], Verdict | None
]:  # fmt: skip
    """The judge of one hop: titles for how it ended, and what to look at where it stopped."""

    def judge(evidence: Evidence) -> Verdict | None:
        journey = evidence.proof.journey(way) if evidence.proof else None
        found = journey.at(hop) if journey else None
        if journey is not None and journey.not_sent and hop is HOPS[way][0]:
            if way is Way.OUT and journey.option:
                return None  # nobody gave what the mail client holds: not looked at
            more = f" ({journey.option} lets it be sent)" if journey.option else ""
            msg = f"{journey.not_sent}: no {ASKED[way]} was sent{more}"
            raise CouldNotLook(msg)
        if journey is None or found is None:
            return None
        if found.end is End.UNSEEN:
            raise CouldNotLook(found.words)
        after = f", after {found.seconds:.1f} s" if found.seconds is not None else ""
        exhibits = (Exhibit(f"a {ASKED[way]}{after}", found.words), *_entered(journey))
        if found.end is End.PASSED:
            return Verdict(Status.OK, passed, exhibits=exhibits)
        return Verdict(Status.FAIL, stopped, found.words, exhibits=exhibits, help=(Help(mend),))

    return judge


def _entered(journey: Journey) -> tuple[Exhibit, ...]:
    return (Exhibit("it was handed over", journey.entered),) if journey.entered else ()
