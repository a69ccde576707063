"""The keys of hundreds of users, and when each was last used, asked side by side.

IAM tells neither for many users at once, and botocore's own work for one question is longer
than the question costs: here it signs, and the lean client asks.  Whatever that does not
bring, botocore is asked for, which knows proxies, and how to say why there is no answer.
"""

import ssl

from collections.abc import Mapping
from datetime import datetime
from threading import local
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from sendas.aws import principals
from sendas.aws.calls import Calls
from sendas.aws.http_client import authorities
from sendas.aws.refusals import AwsFailure, NoReply, Throttled, Transient
from sendas.aws.session import Session
from sendas.errors import CouldNotLook
from sendas.iam.keys import KeyUse, LastUse
from sendas.outcome import Seen
from sendas.ses.regions import Region, iam_region


_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_VERSION = "2010-05-08"
"""Of IAM's API (AWS query protocol)."""


class KeyReader:
    """Asks IAM of one user at a time; safe from any thread.

    *region* leads to IAM; *environment* names the certificates to trust.
    """

    def __init__(self, session: Session, region: Region, environment: Mapping[str, str]) -> None:
        self._session, self._region, self._environment = session, region, environment
        self._url = session.endpoint_of("iam", region).rstrip("/") + "/"
        self._mine = local()
        self._reached = True
        """Whether the lean client comes through, as far as is known."""
        self._trust: ssl.SSLContext | None = None
        if self._url.startswith("https:"):
            self._trust = ssl.create_default_context(cafile=authorities(environment))

    def keys_in_use(self, user: str) -> Seen[tuple[KeyUse, ...]]:
        """The user's keys, each with its last use; none if there is no such user."""
        if self._reached:
            try:
                return self._keys(user)
            except NoReply:
                self._reached = False
            except (AwsFailure, CouldNotLook, ET.ParseError, LookupError, ValueError):
                pass  # botocore is asked, and says what is the matter
        return principals.keys_in_use(self._session, self._region, user)

    def _keys(self, user: str) -> tuple[KeyUse, ...]:
        told = self._ask("ListAccessKeys", UserName=user)
        return tuple(
            KeyUse(
                key_id=(key_id := _text(one, "AccessKeyId")),
                user=_text(one, "UserName"),
                active=_text(one, "Status") == "Active",
                created=datetime.fromisoformat(_text(one, "CreateDate")),
                used=_last_use(self._ask("GetAccessKeyLastUsed", AccessKeyId=key_id)),
            )
            for one in told.iterfind("{*}AccessKeyMetadata/{*}member")
        )

    def _ask(self, action: str, **form: str) -> ET.Element:
        """What is inside the answer's ``…Result``.

        Raises:
            AwsFailure: IAM does not tell, or nobody answered.
            LookupError: The answer is none of IAM's.
        """
        body = urlencode({"Action": action, "Version": _VERSION, **form}).encode("ascii")
        calls = self._calls()
        reply = calls.patiently(
            lambda: calls.call(
                f"iam:{action}", "iam", "POST", self._url, {"Content-Type": _FORM}, body
            ),
            again=lambda error: isinstance(error, (Throttled, Transient)),
        )
        result = ET.fromstring(reply.body).find(f"{{*}}{action}Result")  # noqa: S314  AWS's own, as botocore reads it
        if result is None:
            raise LookupError(action)
        return result

    def _calls(self) -> Calls:
        """This thread's own: a connection is for one thread."""
        found: Calls | None = getattr(self._mine, "calls", None)
        if found is None:
            key = self._session.signing_key()
            where = iam_region(self._region)
            found = Calls(key, where, self._environment, trust=self._trust)
            self._mine.calls = found
        return found


def _text(element: ET.Element, name: str) -> str:
    found = element.findtext(f"{{*}}{name}")
    if found is None:
        raise LookupError(name)
    return found


def _last_use(result: ET.Element) -> LastUse | None:
    use = result.find("{*}AccessKeyLastUsed")
    if use is None:
        msg = "AccessKeyLastUsed"
        raise LookupError(msg)
    when = use.findtext("{*}LastUsedDate")
    # IAM leaves the date out where a key was never used (API reference, AccessKeyLastUsed).
    if not when:
        return None
    return LastUse(datetime.fromisoformat(when), _text(use, "ServiceName"), _text(use, "Region"))
