"""CloudFormation of one account: its stacks, and what its operations stand on."""

import re
import threading

from collections.abc import Callable, Mapping
from datetime import datetime

from sendas.ses.regions import Region
from sendas_lab.aws.errors import AwsError
from sendas_lab.cloudformation import checking, parameters, resolving
from sendas_lab.cloudformation.calls import Calls, Refused, Sessions
from sendas_lab.cloudformation.engine import Surroundings
from sendas_lab.cloudformation.faults import StackFaults
from sendas_lab.cloudformation.intrinsics import NotYetKnown
from sendas_lab.cloudformation.responses import Responses
from sendas_lab.cloudformation.stack_state import ChangeSet, Goal, Stack, Status
from sendas_lab.cloudformation.template import Template, Value, read_template
from sendas_lab.cloudformation.threads import Threads
from sendas_lab.cloudformation.updating import Change
from sendas_lab.ses.ports import StoredKey


Given = Mapping[str, Value]
Now = Callable[[], datetime]


def refused(message: str, code: str = "ValidationError") -> AwsError:
    """CloudFormation says no."""
    return AwsError(code, message, 400)


class CloudFormation:
    """All stacks of one account, in every Region."""

    def __init__(self, account_id: str, now: Now, endpoint: Callable[[], str]) -> None:
        self.account_id = account_id
        self.now = now
        self.faults = StackFaults()
        self.responses = Responses(endpoint)
        self._sessions = Sessions(endpoint)
        self._threads = Threads()
        self.lock = threading.RLock()
        self._stacks: dict[str, Stack] = {}
        self._change_sets: dict[str, ChangeSet] = {}
        self._detections: dict[str, tuple[str, datetime]] = {}

    def reset(self) -> None:
        """No stack was ever there; what is at work ends first."""
        self.faults.clear()
        self.settle()
        with self.lock:
            self._stacks.clear()
            self._change_sets.clear()
            self._detections.clear()
            self._sessions.forget()

    def settle(self, timeout_seconds: float = 30.0) -> None:
        """Wait until nothing is at work."""
        self._threads.settle(timeout_seconds)

    # What the operations stand on ------------------------------------------

    def stack(self, name: str, region: str, *, also_deleted: bool = False) -> Stack:
        """By id, also when deleted, or by name."""
        found = self.find(name, region, also_deleted=also_deleted)
        if found is None:
            text = f"Stack with id {name} does not exist"
            raise refused(text)
        return found

    def find(self, name: str, region: str, *, also_deleted: bool = False) -> Stack | None:
        """The same; None if there is none."""
        if name.startswith("arn:"):
            found = self._stacks.get(name)
            gone = found is not None and found.status is Status.DELETE_COMPLETE
            return None if gone and not also_deleted else found
        for stack in self.stacks(region):
            if stack.name == name and stack.status is not Status.DELETE_COMPLETE:
                return stack
        return None

    def stacks(self, region: str) -> list[Stack]:
        """Every stack of the Region, the newest first, deleted ones too."""
        return [s for s in reversed(self._stacks.values()) if s.region == region]

    def exports(self, region: str) -> dict[str, str]:
        """Every export of the Region."""
        return {
            name: value
            for stack in self.stacks(region)
            if stack.status is not Status.DELETE_COMPLETE
            for name, value in stack.exports.items()
        }

    def add(self, stack: Stack) -> None:
        """A new stack."""
        self._stacks[stack.id] = stack

    def forget(self, stack: Stack) -> None:
        """A stack that never was."""
        self._stacks.pop(stack.id, None)

    @property
    def change_sets(self) -> dict[str, ChangeSet]:
        """By id."""
        return self._change_sets

    @property
    def detections(self) -> dict[str, tuple[str, datetime]]:
        """Drift detections: the stack and when, by id."""
        return self._detections

    def calls(self, caller: "Caller") -> Calls:
        """The API, with the caller's key."""
        return self._sessions.calls(caller.key, caller.region)

    def job(self, stack: Stack, caller: "Caller") -> Change:
        """Work on *stack* in the caller's name."""
        around = Surroundings(
            self.account_id, self.now, self.faults, self.exports, self.responses.open
        )
        return Change(stack, self.calls(caller), around)

    def start(self, stack: Stack, work: Callable[[], None]) -> None:
        """Work in the background, one job after the other for each stack."""
        self._threads.run(stack.id, work)

    def goal(self, given: Given, caller: "Caller", previous: Goal | None = None) -> Goal:
        """What a request wants a stack to be; its template is checked."""
        template = checking.checked(self.template(given, caller, previous), caller.region)
        listed = given.get("Parameters") or ()
        texts = parameters.given_parameters(listed, previous.parameters if previous else {})
        texts = parameters.texts(template, texts)
        goal = Goal(
            template,
            texts,
            _tags(given, previous),
            tuple(given.get("Capabilities") or ()),
            tuple(
                given.get("NotificationARNs") or (previous.notification_arns if previous else ())
            ),
            given.get("ClientRequestToken"),
            self._look_up(parameters.stored(template, texts), caller),
        )
        self._check_with_parameters(goal, caller)
        lacking = checking.lacking_capabilities(template, goal.capabilities)
        if lacking:
            text = f"Requires capabilities : [{', '.join(lacking)}]"
            raise refused(text, "InsufficientCapabilitiesException")
        return goal

    def _look_up(self, stored: Mapping[str, str], caller: "Caller") -> dict[str, str]:
        """Systems Manager's parameters, with the caller's key."""
        found: dict[str, str] = {}
        for name, text in stored.items():
            try:
                got = self.calls(caller)("ssm", "GetParameter", Name=text)
            except Refused as error:
                said = (
                    f"Unable to fetch parameters [{text}] from parameter store for this account."
                )
                raise refused(said) from error
            found[name] = got["Parameter"]["Value"]
        return found

    def _check_with_parameters(self, goal: Goal, caller: "Caller") -> None:
        def find(logical_id: str, attribute: str | None) -> Value:
            raise NotYetKnown(logical_id, attribute)

        exports = self.exports(caller.region)
        names = resolving.scope(goal, self.account_id, caller.region, ("", ""), find, exports)
        checking.check_with_parameters(names)

    def template(self, given: Given, caller: "Caller", previous: Goal | None) -> Template:
        """The template of a request: its body, its address in S3, or the stack's own."""
        if given.get("UsePreviousTemplate") and previous:
            return previous.template
        text = given.get("TemplateBody")
        if given.get("TemplateURL"):
            text = self._fetch(given["TemplateURL"], caller)
        if not text:
            msg = "Either Template URL or Template Body must be specified."
            raise refused(msg)
        return read_template(text)

    def _fetch(self, url: str, caller: "Caller") -> str:
        bucket, key = _in_s3(url)
        try:
            got = self.calls(caller)("s3", "GetObject", Bucket=bucket, Key=key)
        except Refused as error:
            text = (
                f"S3 error: {error.message}\nFor more information check"
                " http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
            )
            raise refused(text) from error
        return str(got["Body"].read().decode("utf-8", "replace"))


def _in_s3(url: str) -> tuple[str, str]:
    """Bucket and key of a TemplateURL: of S3's hosts, or of the lab's own address.

    Recorded: test_create_stack_from_s3_template_url.

    Raises:
        AwsError: It is no address of an object in S3.
    """
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    if scheme == "s3":
        msg = f"S3 error: Domain name specified in {host} is not a valid S3 domain"
        raise refused(msg)
    in_host = _BUCKET_HOST.fullmatch(host)
    bucket, key = (in_host[1], path) if in_host else path.partition("/")[::2]
    known = in_host or _PATH_HOST.fullmatch(host)
    if scheme not in {"http", "https"} or not known or not bucket or not key:
        msg = "TemplateURL must be a supported URL."
        raise refused(msg)
    return bucket, key


_S3 = r"s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?"
_BUCKET_HOST = re.compile(rf"(.+)\.{_S3}")
_PATH_HOST = re.compile(rf"{_S3}|(?:127\.0\.0\.1|localhost)(?::\d+)?")


class Caller:
    """Where and with which key."""

    def __init__(self, region: Region, key: StoredKey) -> None:
        self.region = region
        self.key = key


def _tags(given: Given, previous: Goal | None) -> dict[str, str]:
    if "Tags" not in given and previous is not None:
        return previous.tags
    return {tag["Key"]: tag["Value"] for tag in given.get("Tags") or ()}
