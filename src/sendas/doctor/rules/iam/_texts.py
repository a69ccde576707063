"""What SES said when it refused for want of permission."""

import re

from collections.abc import Iterator
from dataclasses import dataclass

from sendas.doctor.evidence import Evidence
from sendas.smtp.probe import Probe


# SES opens the quotation with a backtick and closes it with an apostrophe
# (FACTS 3.2); SDKs print plain quotes.
_DENIED = re.compile(
    r"User [`'\"]?(?P<user>arn:[^`'\" ]+)[`'\"]? is not authorized to perform "
    r"[`'\"]?(?P<action>ses:\w+)[`'\"]? on resource [`'\"]?(?P<resource>arn:[^`'\" ]+)"
)


@dataclass(frozen=True, slots=True)
class AccessDenied:
    """One refusal, as SES words it."""

    user: str
    action: str
    resource: str

    @property
    def identity(self) -> str:
        """The identity that the resource is; empty if it is none."""
        return self.resource.partition(":identity/")[2]


def access_denied(evidence: Evidence) -> Iterator[AccessDenied]:
    """The refusals among what was shown to us and what the login met."""
    texts = [symptom.text for symptom in evidence.symptoms]
    if isinstance(evidence.login, Probe) and evidence.login.reply:
        texts.append(evidence.login.reply.text)
    for text in texts:
        for found in _DENIED.finditer(" ".join(text.split())):
            yield AccessDenied(*(part.rstrip(".,;") for part in found.groups()))
