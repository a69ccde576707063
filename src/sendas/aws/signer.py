"""botocore's Signature Version 4, imported without what a signature does not need.

The signer itself is 10 ms of imports; botocore.compat and botocore.utils, which
it takes three small functions from, drag in urllib3, dateutil and the HTTP
session, another 55 ms that a cold Lambda function pays before its first mail.
So while botocore.auth is imported here, those are held back: empty modules
stand in for them.  What runs is botocore's own code, unchanged; what was held
back is only what it would need to *send* requests, which `sendas.aws.http_client`
does.

Nothing of it stays behind: the modules so imported are taken out of
``sys.modules`` again, and whoever imports botocore afterwards gets all of it.
A process that has botocore.auth already, or a botocore that cannot be imported
this way, is served by the ordinary import.
"""

import email.utils
import http.client
import importlib
import logging
import sys

from collections.abc import Iterator, Mapping, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


# Imported above although unused: held-back names must not be met for the first
# time by the standard library's own modules, which stay.
_PRELOADED = (email.utils, http.client, logging)

_HELD_BACK = frozenset(
    (
        "botocore.awsrequest", "botocore.httpsession", "botocore.plugin", "botocore.useragent",
        "botocore.vendored.requests", "botocore.vendored.six", "dateutil", "inspect", "shlex",
        "tempfile", "urllib.request", "urllib3", "xml",
    )
)  # fmt: skip
_ABSENT = "awscrt"
"""Would replace the signer by one in C, for 30 ms of imports."""


@dataclass(frozen=True, slots=True)
class AwsKey:
    """An access key as the signer reads it."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Signable:
    """A request as the signer reads and changes it."""

    method: str
    url: str
    headers: Any
    body: Any = b""
    data: Any = None
    params: Mapping[str, str] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)


class _Nothing(type):
    """A class whose every attribute is another such class."""

    def __getattr__(cls, name: str) -> Any:  # noqa: ANN401  stands for anything
        return _nothing(name)


def _nothing(name: str) -> Any:  # noqa: ANN401  the same
    if name.startswith("__"):
        raise AttributeError(name)
    return _Nothing(name, (Exception,), {})


class _HeldBack(ModuleType):
    """Stands for a module that signing never uses."""

    __path__: MutableSequence[str] = []  # noqa: RUF012  a package: submodules are looked for in it

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  the same
        made = _nothing(name)
        setattr(self, name, made)
        return made


class _HoldBack(MetaPathFinder, Loader):
    """Finds an empty module for every name that is held back."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> Any:  # noqa: ANN401, ARG002  importlib's
        names = fullname.split(".")
        if names[0] == _ABSENT:
            raise ModuleNotFoundError(fullname)
        heads = (".".join(names[: n + 1]) for n in range(len(names)))
        if any(head in _HELD_BACK for head in heads):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _HeldBack(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


@contextmanager
def _held_back() -> Iterator[None]:
    before = dict(sys.modules)
    finder = _HoldBack()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name, module in list(sys.modules.items()):
            ours = isinstance(module, _HeldBack) or name.partition(".")[0] == "botocore"
            if ours and name not in before:
                del sys.modules[name]
                _forget_attribute(name)


def _forget_attribute(name: str) -> None:
    """The import system binds a submodule in its parent; a parent that stays must lose it."""
    parent, _, child = name.rpartition(".")
    if parent in sys.modules:
        vars(sys.modules[parent]).pop(child, None)


def load_signer() -> ModuleType:
    """The module botocore.auth, from the leanest import that works here."""
    if "botocore" not in sys.modules:
        try:
            with _held_back():
                return importlib.import_module("botocore.auth")
        except Exception:  # noqa: BLE001  a botocore that cannot be had so can be had whole
            logging.getLogger(__name__).debug("botocore.auth imported whole")
    return importlib.import_module("botocore.auth")


class Signer:
    """Signs requests for one key and Region, S3's and everybody else's way."""

    def __init__(self, key: AwsKey, region: str) -> None:
        self._key = key
        self._region = region
        self._auth = load_signer()

    def headers(
        self,
        service: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Any,  # noqa: ANN401  bytes, or a file
    ) -> dict[str, str]:
        """*headers* with the signature and what it covers.

        *body* is bytes, or has ``read``, ``seek`` and ``tell``: then it is
        read once from where it stands, and stands there again afterwards.
        """
        request = Signable(method, url, self._auth.HTTPHeaders(), body)
        for name, value in headers.items():
            request.headers[name] = value
        kind = self._auth.S3SigV4Auth if service == "s3" else self._auth.SigV4Auth
        kind(self._key, service, self._region).add_auth(request)
        return dict(request.headers.items())

    def presigned(self, url: str, seconds: int) -> str:
        """*url* of an object in S3 with a signature in it, good for *seconds*."""
        request = Signable("GET", url, self._auth.HTTPHeaders())
        self._auth.S3SigV4QueryAuth(self._key, "s3", self._region, expires=seconds).add_auth(
            request
        )
        return request.url
