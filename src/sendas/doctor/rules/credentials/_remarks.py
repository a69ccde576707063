"""How the rules read what was said of each credential."""

from collections.abc import Callable

from sendas.advice import Help
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Status, Verdict
from sendas.errors import CouldNotLook
from sendas.iam.credential_verdict import CredentialVerdict
from sendas.outcome import see


_BY_HISTORY = frozenset(
    {
        CredentialVerdict.HOLDER_NOT_SEEN,
        CredentialVerdict.NEW_PLACE,
        CredentialVerdict.USED_THOUGH_REPLACED,
    }
)
"""What only a history of sent mail tells."""


def remark_judge(
    verdict: CredentialVerdict, well: str, amiss: str, mend: str
) -> Callable[[Evidence], Verdict | None]:
    """The judge of one verdict: titles for none and for some, and what to do about them."""

    def judge(evidence: Evidence) -> Verdict | None:
        if evidence.credentials is None:
            return None
        seen = see(evidence.credentials, "who can send")
        found = tuple(one for one in seen.remarks if one.verdict is verdict)
        if found:
            status = Status.FAIL if verdict.wrong else Status.WARN
            exhibits = tuple(Exhibit(one.of, one.words) for one in found)
            return Verdict(status, amiss, exhibits=exhibits, help=(Help(mend),))
        if verdict in _BY_HISTORY and not seen.history:
            return None
        if seen.doubts:
            raise CouldNotLook(seen.doubts[0])
        return Verdict(Status.OK, well)

    return judge
