"""Judging the stored password by what it turned out to be."""

from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Status, Verdict
from sendas.doctor.rules.smtp._advice import store_anew
from sendas.doctor.rules.smtp._login import endpoint_region
from sendas.smtp.identification import Basis, Identification, Kind


def examined(evidence: Evidence) -> Identification | None:
    """What the password is; None if there is none, or if it is not for SES."""
    return evidence.password if endpoint_region(evidence) else None


def fault_of(
    evidence: Evidence, kinds: tuple[Kind, ...], title: str, cause: str
) -> Verdict | None:
    """FAIL if the password is of one of *kinds*; otherwise the question does not arise."""
    found = examined(evidence)
    if found is None or found.kind not in kinds:
        return None
    return wrong(evidence, found, title, cause)


def wrong(evidence: Evidence, found: Identification, title: str, cause: str) -> Verdict:
    """The stored password is not what SES wants."""
    return Verdict(
        Status.FAIL, title, cause, exhibits=(exhibit(found),), help=store_anew(evidence)
    )


def exhibit(found: Identification) -> Exhibit:
    """The finding in words; the password is in none of them."""
    how = "recomputed from the secret key" if found.basis is Basis.RECOMPUTED else "by its form"
    return Exhibit(f"the stored password, {how}", f"{found.kind}: {found.explanation}")


def user_name(evidence: Evidence) -> str | None:
    """The SMTP user name, where SES is the server that it is for."""
    return evidence.subject.smtp_username if endpoint_region(evidence) else None
