"""Credentials, clients and questions: one session for one run.

botocore is used directly: boto3 adds resources that nobody here needs, and
0.05 s and more of start-up.  One client for each service speaks to every
Region: a client of its own for each of thirty costs 5 ms, and the trusted
certificates, loaded again for each connection, 15 ms, which in one process add
up to more than all the waiting.
"""

import os
import re
import ssl
import threading

from collections.abc import Mapping
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import botocore.session

from botocore import exceptions as botocore_errors
from botocore.config import Config
from botocore.utils import parse_timestamp

from sendas import __version__
from sendas.aws.failure import error_code, no_answer, shorten
from sendas.aws.reading import Raw
from sendas.aws.replies import taken_out
from sendas.aws.signer import AwsKey
from sendas.aws.trust import LoadedOnce
from sendas.errors import CouldNotLook, UsageError
from sendas.iam.actions import iam_action
from sendas.outcome import Seen
from sendas.ses.regions import Region


_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS = 3, 8, 3
_PATIENT_ATTEMPTS = {"ses": 5, "cloudtrail": 5, "iam": 5}
"""SES API v1 answers one question a second (FACTS 6), CloudTrail's look-up two: being
throttled is the rule there; IAM is asked of each of hundreds of users at once."""
NOT_REPEATABLE = frozenset({"CreateAccessKey"})
"""Operations of which botocore must not ask again: each time makes another key, up to IAM's two
a user, and with the other user's that is a third for one mailbox."""
_ONCE = "#once"
_IN_TURN = frozenset({"ses"})
"""Asked one question at a time: one is answered a second."""
_CONNECTIONS = 32
_LONG_TERM_KEY = re.compile(r"AKIA[A-Z0-9]{12,}")


_REGION: ContextVar[Region] = ContextVar("region")
"""The Region of the call that the present thread is making."""


def _sign_for_region(context: dict[str, Any], **_: object) -> None:
    # What the endpoint rules say of signing wins over this, as it should.
    context.setdefault("signing", {})["region"] = _REGION.get()


def _resolve_in_region(builtins: dict[str, Any], **_: object) -> None:
    builtins["AWS::Region"] = _REGION.get()


def _take_objects_out(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object
) -> None:
    """Read the objects of a page by what is needed of each: botocore takes 20 times as long.

    It reads the rest of the page, and its refusals.
    """
    found, rest = taken_out(response_dict["body"])
    if found and b"<Contents>" not in rest:
        response_dict["body"] = rest
        customized_response_dict["Contents"] = [
            {"Key": one.key, "Size": one.size, "LastModified": moment(one.modified)}
            for one in found
        ]


class UnknownProfile(UsageError):
    """There is no such profile in the AWS configuration."""


class BadAwsConfiguration(UsageError):
    """The AWS configuration files or variables cannot be used as they are."""


class NoCredentials(CouldNotLook):
    """AWS credentials are missing, or could not be had."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """The secret of a long-term access key, for recomputing a password and nothing else."""

    key_id: str
    value: str = field(repr=False)


class Session:
    """Asks AWS; safe from any thread.  Made by `open_session`."""

    def __init__(self, inner: botocore.session.Session, endpoint: str | None) -> None:
        self._inner = inner
        self._endpoint = endpoint
        self._lock, self._in_turn = threading.Lock(), threading.Lock()
        self._clients: dict[str, Any] = {}
        self._trust = LoadedOnce(ssl.PROTOCOL_TLS_CLIENT)

    @property
    def endpoint(self) -> str:
        """What is asked in place of AWS, whatever the Region; empty for AWS itself."""
        return self._endpoint or ""

    @property
    def key_id(self) -> str | None:
        """The id of the access key in use."""
        credentials = self._inner.get_credentials()
        return credentials.access_key if credentials else None

    def secret_for(self, key_id: str) -> SecretKey | None:
        """The session's own secret, if *key_id* is its own long-term key; else None.

        An owner's access key is often the one whose id is the SMTP user name:
        then a password can be recomputed without asking for the secret again.
        """
        credentials = self._inner.get_credentials()
        if credentials is None or credentials.access_key != key_id or credentials.token:
            return None
        if not _LONG_TERM_KEY.fullmatch(key_id):
            return None
        return SecretKey(key_id, credentials.secret_key)

    def signing_key(self) -> AwsKey:
        """The key in use, for the lean client: whoever holds it acts as the session does.

        Raises:
            NoCredentials: There is none.
        """
        found = self._inner.get_credentials()
        if found is None:
            msg = "no AWS credentials"
            raise NoCredentials(msg)
        frozen = found.get_frozen_credentials()
        return AwsKey(frozen.access_key or "", frozen.secret_key or "", frozen.token)

    def regions_of(self, service: str, near: Region) -> tuple[Region, ...]:
        """The Regions of *near*'s partition that have *service*, by botocore's own data."""
        try:
            partition = self._inner.get_partition_for_region(near)
        except botocore_errors.UnknownRegionError:
            partition = "aws"
        names = self._inner.get_available_regions(service, partition_name=partition)
        return tuple(map(Region, names))

    def ask(self, service: str, operation: str, *, region: Region, **params: object) -> Seen[Raw]:
        """AWS's answer to *operation*, or why there is none."""
        answer = self.find(service, operation, region=region, absent=(), **params)
        return {} if answer is None else answer

    def find(
        self,
        service: str,
        operation: str,
        *,
        region: Region,
        absent: tuple[str, ...],
        **params: object,
    ) -> Seen[Raw | None]:
        """AWS's answer, None if the error is one of *absent*, or why there is none."""
        try:
            return self.call(service, operation, region=region, **params)
        except Exception as error:  # noqa: BLE001  whatever botocore raises, nobody answered
            if error_code(error) in absent:
                return None
            return no_answer(error, iam_action(service, operation))

    def call(self, service: str, operation: str, *, region: Region, **params: object) -> Raw:
        """AWS's answer; raises what botocore raises.

        What is not the same when done twice is asked once: whoever hears no answer looks.
        """
        once = operation in NOT_REPEATABLE
        client = self._client(f"{service}{_ONCE}" if once else service, region)
        token = _REGION.set(region)
        try:
            # Side by side they would be throttled together, and again at each new attempt.
            with self._in_turn if service in _IN_TURN else nullcontext():
                answer: Raw = client._make_api_call(operation, params)  # noqa: SLF001  AWS's own names, not snake_case
        finally:
            _REGION.reset(token)
        return answer

    def endpoint_of(self, service: str, region: Region) -> str:
        """The URL that *service* is asked at: AWS's, or the one that is configured."""
        return str(self._client(service, region).meta.endpoint_url)

    def close(self) -> None:
        """Close every connection; a later question opens new ones."""
        with self._lock:
            clients = tuple(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()

    def _client(self, service: str, region: Region) -> Any:  # noqa: ANN401  clients are made at run time
        if service not in self._clients:
            with self._lock:  # making clients is not safe from several threads, using them is
                if service not in self._clients:
                    self._clients[service] = self._make(service, region)
        return self._clients[service]

    def _make(self, service: str, region: Region) -> Any:  # noqa: ANN401  the same
        client: Any = self._inner.create_client(
            service.removesuffix(_ONCE),
            region_name=region,
            endpoint_url=self._endpoint,
            config=self._config(service),
        )
        client.meta.events.register("before-parameter-build", _sign_for_region)
        client.meta.events.register("before-endpoint-resolution", _resolve_in_region)
        client.meta.events.register("before-parse.s3.ListObjectsV2", _take_objects_out)
        connections = client._endpoint.http_session  # noqa: SLF001  botocore offers no other way
        connections._manager.connection_pool_kw["ssl_context"] = self._trust  # noqa: SLF001  the same
        return client

    def _config(self, service: str) -> Config:
        attempts = 1 if service.endswith(_ONCE) else _PATIENT_ATTEMPTS.get(service, _ATTEMPTS)
        return Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={
                "mode": "standard",
                "total_max_attempts": attempts,
            },
            max_pool_connections=_CONNECTIONS,
            user_agent_extra=f"sendas/{__version__}",
            # bucket.host does not resolve where the host is a stand-in's
            s3={"addressing_style": "path"} if self._endpoint else None,
        )


_NO_PROFILE = {"profile": (None, None, None, None)}
"""Keeps botocore from reading the process's AWS_PROFILE where *environment* decided against it."""


_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)


def moment(written: Any) -> datetime:  # noqa: ANN401  whatever AWS writes
    """A time as botocore reads it, without its guessing where S3 lists them by the thousand.

    Raises:
        ValueError: It is none.
    """
    if isinstance(written, str) and _UTC_TIME.fullmatch(written):
        return datetime.fromisoformat(written)
    found: datetime = parse_timestamp(written)
    return found


def open_session(
    profile: str | None = None, environment: Mapping[str, str] | None = None
) -> Session:
    """Find credentials as the aws CLI does, and hold on to them.

    *environment* stands for the process's own: its key, its session token, its
    profile and its AWS_ENDPOINT_URL count; a profile named outright counts more
    than a key in it.  Everything else is found where the aws CLI finds it.

    Raises:
        UnknownProfile: *profile* is not configured.
        BadAwsConfiguration: Half a key pair, or a configuration file that cannot be read.
        NoCredentials: None found, or whoever hands them out (SSO, a role, a
            process) did not.
    """
    environment = os.environ if environment is None else environment
    profile = profile or _named_profile(environment)
    try:
        inner = botocore.session.Session(
            profile=profile, session_vars=None if profile else _NO_PROFILE
        )
        inner.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=moment)
        inner.full_config  # noqa: B018  reads the files now, so that what is wrong there shows here
        if not profile and _has_key(environment):
            inner.set_credentials(
                environment["AWS_ACCESS_KEY_ID"],
                environment["AWS_SECRET_ACCESS_KEY"],
                environment.get("AWS_SESSION_TOKEN"),
            )
        _lock_credentials(inner)
    except botocore_errors.ProfileNotFound as error:
        msg = (
            f"no AWS profile named {profile!r}; `aws configure list-profiles` shows what there is"
        )
        raise UnknownProfile(msg) from error
    except (
        botocore_errors.PartialCredentialsError,
        botocore_errors.ConfigParseError,
        botocore_errors.ConfigNotFound,
        botocore_errors.InvalidConfigError,
    ) as error:
        msg = f"the AWS configuration cannot be used: {shorten(str(error))}"
        raise BadAwsConfiguration(msg) from error
    except botocore_errors.BotoCoreError as error:
        msg = f"AWS credentials could not be had: {shorten(str(error))}; log in again"
        raise NoCredentials(msg) from error
    return Session(inner, environment.get("AWS_ENDPOINT_URL") or None)


def configured_region(profile: str | None, environment: Mapping[str, str]) -> str | None:
    """The Region that the aws CLI would use, unparsed; None if none is configured.

    Raises:
        UnknownProfile: *profile* is not configured.
    """
    profile = profile or environment.get("AWS_PROFILE") or None
    try:
        region = botocore.session.Session(profile=profile).get_config_variable("region")
    except botocore_errors.ProfileNotFound as error:
        msg = (
            f"no AWS profile named {profile!r}; `aws configure list-profiles` shows what there is"
        )
        raise UnknownProfile(msg) from error
    except botocore_errors.BotoCoreError as error:
        msg = f"the AWS configuration cannot be used: {shorten(str(error))}"
        raise BadAwsConfiguration(msg) from error
    return str(region) if region else None


def _named_profile(environment: Mapping[str, str]) -> str | None:
    # The aws CLI: a key in the environment counts more than AWS_PROFILE.
    return None if _has_key(environment) else environment.get("AWS_PROFILE") or None


def _has_key(environment: Mapping[str, str]) -> bool:
    return bool(environment.get("AWS_ACCESS_KEY_ID") and environment.get("AWS_SECRET_ACCESS_KEY"))


def _lock_credentials(inner: botocore.session.Session) -> None:
    """Resolve once: thirty clients in thirty threads must not each ask the provider."""
    credentials = inner.get_credentials()
    if credentials is None:
        msg = (
            "no AWS credentials found; run `aws configure`, name a profile with --profile, "
            "or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
        raise NoCredentials(msg)
    frozen = credentials.get_frozen_credentials()
    inner.set_credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token)
