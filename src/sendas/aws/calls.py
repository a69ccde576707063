"""One signed call to AWS, and trying it again for as long as that makes sense."""

import random
import ssl
import time

from collections.abc import Callable, Mapping
from typing import TypeVar

from sendas.aws.http_client import Body, Reply, Wire, authorities
from sendas.aws.refusals import (
    AwsFailure,
    NoReply,
    Throttled,
    Transient,
    certainly_not_done,
    failure,
    perhaps_done,
)
from sendas.aws.replies import said
from sendas.aws.signer import AwsKey, Signer


T = TypeVar("T")

_OK, _NOT_MODIFIED, _REDIRECTED = 200, 304, 300
QUICK_SECONDS, SEND_SECONDS = 10.0, 60.0
_FIRST_PAUSE, _LONGEST_PAUSE, _TRIES = 0.2, 5.0, 5
_NAMES = {"sesv2": "email", "ses": "email"}
_SIGNED_AS = {"sesv2": "ses"}


class OutOfTime(AwsFailure):
    """The function's time is up before AWS did it."""

    passing = True


class Calls:
    """Signed HTTP for one function.

    *until* is the moment, by ``time.monotonic``, when everything must be over;
    set it again for each invocation.  *pause* sleeps.
    *trust* says whom to trust over TLS, where several of these share it.
    """

    def __init__(  # noqa: PLR0913  each stands for a part of the world
        self,
        key: AwsKey,
        region: str,
        environment: Mapping[str, str],
        *,
        bucket_region: str = "",
        pause: Callable[[float], None] = time.sleep,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._region = region
        self.bucket_region = bucket_region or region
        self._environment = environment
        self._signers: dict[str, Signer] = {}
        self._key = key
        self._wire = Wire(authorities(environment), trust)
        self._pause = pause
        self._jitter = random.Random()  # noqa: S311  spreads retries, guards nothing
        self.until = float("inf")

    def endpoint(self, service: str, region: str = "") -> str:
        """Where *service* answers in *region*."""
        region = region or self._region
        host = f"{_NAMES.get(service, service)}.{region}.{suffix(region)}"
        return self.own_endpoint(service) or f"https://{host}"

    def own_endpoint(self, service: str) -> str:
        """Where the environment leads *service* to; empty for AWS itself."""
        names = (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL")
        found = (self._environment.get(name, "") for name in names)
        return next((url.rstrip("/") for url in found if url), "")

    def signer(self, region: str) -> Signer:
        """The signer of *region*."""
        if region not in self._signers:
            self._signers[region] = Signer(self._key, region)
        return self._signers[region]

    def call(  # noqa: PLR0913, PLR0917  one request
        self,
        action: str,
        service: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body,
        *,
        seconds: float = QUICK_SECONDS,
    ) -> Reply:
        """One try."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise OutOfTime(action, "out of time")
        region = self.bucket_region if service == "s3" else self._region
        signed = self.signer(region).headers(
            _SIGNED_AS.get(service, service), method, url, headers, body
        )
        reply = self._wire.exchange(action, method, url, signed, body, seconds=min(seconds, left))
        if _OK <= reply.status < _REDIRECTED or reply.status == _NOT_MODIFIED:
            return reply
        raise failure(action, reply.status, *said(reply))

    def patiently(self, once: Callable[[], T], *, again: Callable[[AwsFailure], bool]) -> T:
        """Try until it works, *again* says no, the tries or the time are used up."""
        pause = _FIRST_PAUSE
        for _ in range(_TRIES - 1):
            try:
                return once()
            except AwsFailure as error:
                if not again(error) or time.monotonic() + pause >= self.until:
                    raise
            # AWS architecture blog, "Exponential backoff and jitter": full jitter.
            self._pause(self._jitter.uniform(pause / 4, pause))
            pause = min(2 * pause, _LONGEST_PAUSE)
        return once()

    def carefully(self, once: Callable[[], T]) -> T:
        """Do what people get twice if it is done twice: again only if it was certainly not done.

        Raises:
            NoReply: With ``sent``, it may have been done, whatever AWS answered.
            AwsFailure: Any other: it was not.
        """
        try:
            return self.patiently(once, again=certainly_not_done)
        except AwsFailure as error:
            if isinstance(error, NoReply) or not perhaps_done(error):
                raise
            reason = f"{error.code}, HTTP {error.status}"
            raise NoReply(error.action, reason, sent=True) from error

    def close(self) -> None:
        """Hang up."""
        self._wire.close()


def worth_another_try(error: AwsFailure) -> bool:
    """Whether a call that may be repeated freely should be."""
    return isinstance(error, (Throttled, Transient, NoReply))


def suffix(region: str) -> str:
    """The domain of the hosts in *region*."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
