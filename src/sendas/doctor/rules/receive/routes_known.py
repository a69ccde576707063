"""RX107: the function knows where the domain's mail goes.

Asks: is the routes object there, can it be read, and does it name the domain?

Why it matters: without routes sendas's function forwards nothing: it puts each
mail off, and the notice ends as a dead letter.  Nothing is lost meanwhile.

How to mend: write the routes again from `sendas.toml`.

Source: docs/receiving.md; S3 API, GetObject.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.receive._road import Unseen, called, function, name_of, start
from sendas.outcome import NOT_ASKED, see
from sendas.ses.road import Function, Place


def judge(evidence: Evidence) -> Verdict | None:
    """Whether each function of sendas's has routes for the domain."""
    begin, unseen = start(evidence), Unseen()
    known = False
    for call in called(evidence, begin, unseen) if begin else ():
        with unseen:
            standing = function(evidence, call.arn)
            if standing.routes is None:
                continue
            if amiss := _amiss(evidence, standing, standing.routes):
                return amiss
            known = True
    unseen.tell()
    domain = evidence.subject.domain
    return Verdict(Status.OK, f"There are routes for {domain}") if known else None


def _amiss(evidence: Evidence, standing: Function, routes_at: Place) -> Verdict | None:
    name, place = name_of(standing.arn), str(routes_at)
    routes = see(evidence.road.routes.get(standing.arn, NOT_ASKED), f"GetObject {place}")
    if not routes.exists:
        return _fail(f"{name} has no routes", place, "no such object")
    if routes.mistake:
        return _fail(f"{name} cannot read its routes", place, f"malformed: {routes.mistake}")
    if evidence.subject.domain not in routes.domains:
        names = ", ".join(routes.domains) or "no domain"
        title = f"The routes of {name} leave {evidence.subject.domain} out"
        return _fail(title, place, f"routes for {names}")
    return None


def _fail(title: str, place: str, said: str) -> Verdict:
    return Verdict(
        Status.FAIL,
        title,
        "The function forwards nothing; the mail stays in the bucket.",
        (Exhibit(f"object {place}", said),),
        (
            Help(
                "Write the routes again, from sendas.toml; what waits is then forwarded.",
                commands=("sendas apply",),
            ),
        ),
    )


RULE = Rule(
    code="RX107",
    title="The function knows where the domain's mail goes",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
