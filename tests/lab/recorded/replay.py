"""Recordings of AWS asked again of the lab, over HTTP, by botocore.

A case is a test of LocalStack's that was recorded against AWS: its calls in order, as the
case's file has them, and beside them what AWS answered.  `${3.TopicArn}` in a request
is what the fourth call answered; functions are our own, whatever the test's did.
"""

import base64
import io
import json
import re
import time
import zipfile

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3

from botocore.config import Config
from botocore.exceptions import ClientError

from tests.lab.aws.conftest import World
from tests.lab.recorded.matching import differences


CASES = Path(__file__).with_name("cases")
REGION = "us-east-1"
_REFERENCE = re.compile(r"\$\{([^}]+)\}")
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.1
ECHO = (
    "import json\n"
    "def handler(event, context):\n"
    "    print(json.dumps(event))\n"
    "    return event\n"
    "lambda_handler = handler\n"
)
_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)
Case = Mapping[str, Any]


def files() -> dict[str, dict[str, Any]]:
    """Every file of cases, by name."""
    return {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted(CASES.glob("*.json"))
    }


def differs() -> dict[str, dict[str, dict[str, list[str]]]]:
    """What is known to differ: by file, by why, by answer, its places (see `place_of`)."""
    found: dict[str, dict[str, dict[str, list[str]]]] = json.loads(
        Path(__file__).with_name("differs.json").read_text("utf-8")
    )
    return found


class Replay:
    """One case against one lab with nothing in it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._about = {"account": world.account_id, "region": REGION}
        self._said: list[Any] = []
        self._bound: dict[str, str] = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._sorted: Mapping[str, str] = {}
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        self._key = world.user("recorder", everything)  # the recordings' caller is a user, too
        iam = world.client("iam")
        role = iam.create_role(RoleName="able", AssumeRolePolicyDocument=_TRUST)["Role"]["Arn"]
        document = json.dumps({"Version": "2012-10-17", "Statement": everything})
        iam.put_role_policy(RoleName="able", PolicyName="p", PolicyDocument=document)
        self._about["role"] = role

    def run(self, case: Case) -> dict[str, list[str]]:
        """By the recording's key: what differs; empty where it is the same."""
        found: dict[str, list[str]] = {}
        keys = [one["key"] for step in case["steps"] for one in step.get("recorded", ())]
        self._sorted = case.get("sorted_by_the_test", {})
        for step in case["steps"]:
            try:
                answer = self._ask(step)
            except LookupError as error:  # an earlier answer lacks what this one needs
                for key in keys:
                    found.setdefault(key, [f"not asked: {error}"])
                break
            self._said.append(answer)
            for one in step.get("recorded", ()):
                found[one["key"]] = self._compare(one, answer, step["call"])
        return found

    def _compare(self, recorded: Mapping[str, Any], answer: Any, call: str) -> list[str]:  # noqa: ANN401  any answer
        actual = answer
        if recorded.get("as") == "text":
            error = answer.get("Error") or {}
            operation = call.partition(".")[2]
            actual = (
                f"An error occurred ({error.get('Code')}) when calling the {operation}"
                f" operation: {error.get('Message')}"
            )
        for part in recorded.get("at", ()):
            try:
                actual = actual[part]
            except (KeyError, IndexError, TypeError):
                return [f"{'/'.join(map(str, recorded['at']))}: not there"]
        wanted, found = (
            _sorted(_in_order(one), self._sorted) for one in (recorded["answer"], actual)
        )
        return list(differences(wanted, found, self._about, self._bound))

    def _ask(self, step: Mapping[str, Any]) -> Any:  # noqa: ANN401  any answer
        given = self._filled(step["with"])
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            answer = self._call(step["call"], given, step.get("region", REGION))
            if "until" not in step or time.monotonic() > until or _is(answer, step["until"]):
                return answer
            time.sleep(_PAUSE_SECONDS)

    def _call(self, call: str, given: Mapping[str, Any], region: str) -> Any:  # noqa: ANN401  the same
        service, _, operation = call.partition(".")
        client = self._client(service, region)
        method = {wire: name for name, wire in client.meta.method_to_api_mapping.items()}
        try:
            answer = getattr(client, method[operation])(**given)
        except ClientError as error:
            return error.response
        if hasattr(answer.get("Body"), "read"):  # S3's bodies are streams
            answer["Body"] = answer["Body"].read().decode("utf-8", "replace")
        if call == "ses.VerifyEmailIdentity":  # its owner clicks the link
            self._world.ses.confirm_address(region, given["EmailAddress"])
        return answer

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401  boto3's own
        if (service, region) not in self._clients:
            key = self._key
            self._clients[service, region] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self._world.aws.url,
                aws_access_key_id=key.principal.key_id,
                aws_secret_access_key=key.secret,
                config=Config(
                    retries={"total_max_attempts": 1},
                    parameter_validation=False,
                    s3={"addressing_style": "path"},
                ),
            )
        return self._clients[service, region]

    def _filled(self, value: Any) -> Any:  # noqa: ANN401  any JSON
        if isinstance(value, str):
            return _REFERENCE.sub(lambda match: self._meant(match[1]), value)
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, dict):
            if set(value) == {"$bytes"}:
                return base64.b64decode(value["$bytes"])
            if set(value) == {"$function"}:
                return _zipped(ECHO)
            return {key: self._filled(item) for key, item in value.items()}
        return value

    def _meant(self, name: str) -> str:
        if name in self._about:
            return self._about[name]
        number, _, path = name.partition(".")
        found: Any = self._said[int(number)]
        for part in path.split("."):
            found = found[int(part)] if isinstance(found, list) else found[part]
        return str(found)


def _in_order(answer: Any) -> Any:  # noqa: ANN401  the same
    """Changes by their resource, as the recordings have them: AWS tells them in no order."""
    if isinstance(answer, dict) and isinstance(answer.get("Changes"), list):
        changes = sorted(
            answer["Changes"], key=lambda one: str(one["ResourceChange"]["LogicalResourceId"])
        )
        return {**answer, "Changes": changes}
    return answer


def _sorted(answer: Any, by: Mapping[str, str]) -> Any:  # noqa: ANN401  the same
    """With the lists sorted that the test sorted before it recorded: by list, the member."""
    if isinstance(answer, list):
        return [_sorted(one, by) for one in answer]
    if not isinstance(answer, dict):
        return answer
    found = {key: _sorted(value, by) for key, value in answer.items()}
    for key in by.keys() & found.keys():
        if isinstance(found[key], list):
            found[key] = sorted(found[key], key=lambda one: str(one.get(by[key])))
    return found


def _is(answer: Any, wanted: Mapping[str, Any]) -> bool:  # noqa: ANN401  any answer
    """Whether what was waited for is there."""
    for path, value in wanted.items():
        found: Any = answer
        if path == "$fails":
            if (answer.get("Error") or {}).get("Code") != value:
                return False
            continue
        for part in path.split("."):
            if isinstance(found, list):
                found = found[int(part)] if int(part) < len(found) else None
            else:
                found = (found or {}).get(part)
        if path == "Messages":
            found = len(found or ())
        if found != value:
            return False
    return True


def _zipped(source: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("handler.py", source)
    return out.getvalue()


def all_cases() -> Iterator[tuple[str, Case]]:
    """Every case with the name of its file."""
    for name, file in files().items():
        for case in file["cases"]:
            yield name, case
