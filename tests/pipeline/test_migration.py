"""docs/receiving.md, "Moving an existing SES → Lambda forwarder over": each line as printed."""

import io
import json
import re
import shlex
import subprocess
import zipfile

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import jmespath  # type: ignore[import-untyped]  # of botocore
import pytest

from aws_command_line import run
from botocore.exceptions import ClientError
from typed import Type, typing

from sendas.forward.routes_file import format_routes
from sendas.iam.rights import EVERYWHERE, Role, When, policy_of
from sendas.inbound.rights import RIGHTS
from sendas.play.receiving_stack import Receiver, routes_for
from sendas.play.scene import RULE, RULE_SET, Scene


PAGE = Path(__file__).parents[2] / "docs" / "receiving.md"
ACCOUNT = "123456789012"
PREFIX = "inbound/"
"""Where the page's rule has always stored its mail."""
"""The page's account."""
OLD = "old-forwarder"
OLD_CODE = """
import json, boto3

def handle(event, context):
    for record in event["Records"]:
        ses, action = record["ses"], record["ses"]["receipt"]["action"]
        key = "inbound/" + ses["mail"]["messageId"]
        stored = boto3.client("s3").get_object(Bucket="example-com-mail", Key=key)
        head = "From: forwarded@example.com\\r\\nX-Forwarded-By: old\\r\\nTo: owner@gmail.com"
        subject = ses["mail"]["commonHeaders"]["subject"]
        boto3.client("ses").send_raw_email(
            Source="forwarded@example.com", Destinations=["owner@gmail.com"],
            RawMessage={"Data": f"{head}\\r\\nSubject: {subject}\\r\\n\\r\\nHello.\\r\\n"})
"""


class Shell:
    """Types what the page says: aws through botocore, sendas in this process, the rest in sh."""

    def __init__(self, scene: Scene, type_: Type, folder: Path) -> None:
        self._account, self._type, self._folder = scene.lab.account_id, type_, folder
        told = scene.lab.environment()
        self._url = told["AWS_ENDPOINT_URL"]
        self._session = boto3.Session(
            told["AWS_ACCESS_KEY_ID"],
            told["AWS_SECRET_ACCESS_KEY"],
            region_name=scene.region,
        )

    def block(self, text: str) -> Any:  # noqa: ANN401  what the last aws command answers
        """Every command of it, in order; the answer of the last one."""
        answer: Any = None
        for command in commands(text.replace(ACCOUNT, self._account)):
            answer = self._one(command)
        return answer

    def _one(self, command: str) -> Any:  # noqa: ANN401  the same
        program = command.split(maxsplit=1)[0]
        if program not in {"aws", "sendas"}:
            in_sh(command, self._folder)
            return None
        words = shlex.split(command)
        target = words[-1] if ">" in words else None
        words = words[: words.index(">")] if target else words
        if program == "sendas":
            typed = self._type(*words[1:])
            assert 0 == typed.status, (command, typed)
            said, answer = typed.out, typed.out
        else:
            answer = self._aws(words)
            said = json.dumps(answer, indent=4, default=str)  # as the CLI writes it
        if target:
            (self._folder / target).write_text(said)
        return answer

    def _aws(self, words: list[str]) -> Any:  # noqa: ANN401  the same
        if words[1:3] == ["s3api", "put-object"]:  # --body names a file
            named = dict(zip(words[3::2], words[4::2], strict=True))
            return self._session.client("s3", endpoint_url=self._url).put_object(
                Bucket=named["--bucket"],
                Key=named["--key"],
                Body=(self._folder / named["--body"]).read_bytes(),
            )
        query = None
        if "--query" in words:
            at = words.index("--query")
            query = words[at + 1]
            del words[at : at + 2]
        # The CLI's own name, since --endpoint begins as --endpoint-url does.
        words = ["--endpoint" if word == "--notification-endpoint" else word for word in words]
        words = [
            (self._folder / word[7:]).read_text() if word.startswith("file://") else word
            for word in words
        ]
        answer = run(shlex.join(words), self._session, self._url)
        return jmespath.search(query, answer) if query else answer


def in_sh(command: str, folder: Path) -> None:
    """Let the shell do it in *folder*."""
    subprocess.run(["/bin/sh", "-euc", command], cwd=folder, check=True)  # noqa: S603  our own page


def commands(text: str) -> Iterator[str]:
    """Each command of a block, whole: with its continued lines and its here-document."""
    lines = iter(text.splitlines())
    for line in lines:
        command = line
        while command.endswith("\\"):
            command = command[:-1] + next(lines).strip()
        if command.endswith("<<'END'"):
            for more in lines:
                command += f"\n{more}"
                if more == "END":
                    break
        yield command


def blocks() -> list[str]:
    """The section's blocks of commands."""
    section = PAGE.read_text().partition("## Moving an existing")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


(KEEP, DEPLOY, ALLOW, ALLOWED, TRY, SWAP, QUEUE, BOTH, ALONE, DELETE) = blocks()


@pytest.fixture
def shell(
    scene: Scene,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A folder with routes.json, in the environment of the lab, where an old forwarder works."""
    for name, value in scene.lab.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "routes.json").write_text(format_routes(routes_for(scene)))
    _old_forwarder(scene)
    return Shell(scene, typing(capsys, monkeypatch), tmp_path)


def _old_forwarder(scene: Scene) -> None:
    """As aws-lambda-ses-forwarder has it: the rule stores, then calls the function."""
    call = scene.call
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("old.py", OLD_CODE)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = call("iam", "CreateRole", RoleName=OLD, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": ["ses:SendRawEmail", "s3:GetObject"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    call("iam", "PutRolePolicy", RoleName=OLD, PolicyName=OLD, PolicyDocument=document)
    made = call(
        "lambda", "CreateFunction", FunctionName=OLD, Runtime="python3.11", Role=role,
        Handler="old.handle", Timeout=60, Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    call(
        "lambda", "AddPermission", FunctionName=OLD, StatementId="ses",
        Action="lambda:InvokeFunction", Principal="ses.amazonaws.com",
        SourceAccount=scene.lab.account_id,
    )  # fmt: skip
    store = {"BucketName": scene.bucket, "ObjectKeyPrefix": PREFIX}
    invoke = {"FunctionArn": made["FunctionArn"], "InvocationType": "Event"}
    rule = {
        "Name": RULE,
        "Enabled": True,
        "ScanEnabled": True,
        "Recipients": [scene.domain],
        "Actions": [{"S3Action": store}, {"LambdaAction": invoke}],
    }
    call("ses", "UpdateReceiptRule", RuleSetName=RULE_SET, Rule=rule)


def arrived(scene: Scene) -> Counter[tuple[str, str]]:
    """How often each subject is in the owner's mailbox, and by which of the two."""
    return Counter(
        (
            mail.subject,
            "new" if mail.header("X-Sendas-Id") else mail.header("X-Forwarded-By") or "?",
        )
        for mail in scene.inbox()
    )


def test_no_mail_is_lost_or_doubled_on_the_way(scene: Scene, shell: Shell) -> None:
    """Mail comes in before, between and during all steps: each once, by one of the two.

    One mail of each pause is forwarded before the next step begins, the other is
    under way while the step is done.
    """
    receiver = Receiver(scene, "", "", "", prefix=PREFIX)
    expected: Counter[tuple[str, str]] = Counter()

    def meanwhile(step: str, by: str) -> None:
        for when in ("after", "during"):
            subject = f"{when} {step}"
            assert receiver.bring(receiver.letter(subject=subject)).reply.code == 250
            expected[subject, by] += 1
            if when == "after":
                receiver.settle()

    meanwhile("nothing", "old")
    receiver.settle()
    long_ago = receiver.kept()[0]
    kept = shell.block(KEEP)
    assert ["S3Action", "LambdaAction"] == [next(iter(one)) for one in kept["Actions"]]
    meanwhile("keeping", "old")
    shell.block(DEPLOY)
    meanwhile("deploying", "old")
    shell.block(ALLOW)
    meanwhile("allowing", "old")
    policy = shell.block(ALLOWED)
    assert "ses.amazonaws.com" in policy
    assert f"{scene.lab.account_id}:receipt-rule-set/{RULE_SET}:receipt-rule/{RULE}" in policy
    assert "forwarded, for me@example.com" in shell.block(TRY.replace("ID", long_ago))
    tried = scene.inbox()[-1]
    assert tried.header("X-Sendas-Id") == long_ago
    expected[tried.subject, "new"] += 1  # once more, as the page says
    meanwhile("trying", "old")
    [swapped] = shell.block(SWAP)
    assert swapped.endswith(":function:sendas-forward")
    meanwhile("swapping", "new")
    shell.block(QUEUE)
    meanwhile("making the queue", "new")
    [topic] = shell.block(BOTH)
    assert topic.endswith(":sendas-received")
    meanwhile("telling both ways", "new")
    left = shell.block(ALONE)
    assert ["S3Action"] == [next(iter(one)) for one in left]
    meanwhile("moving to the queue", "new")
    shell.block(DELETE)
    meanwhile("deleting", "new")
    receiver.settle()
    receiver.later()

    assert expected == arrived(scene)
    for function in (OLD, "sendas-forward"):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            shell.block(f"aws lambda get-policy --function-name {function}")


def test_ses_refuses_the_swap_without_the_permission(scene: Scene, shell: Shell) -> None:
    """InvalidLambdaFunction (FACTS 8.3): nothing has changed, and the old one forwards on."""
    shell.block(KEEP)
    shell.block(DEPLOY)

    with pytest.raises(ClientError, match="InvalidLambdaFunction"):
        shell.block(SWAP)

    receiver = Receiver(scene, "", "", "", prefix=PREFIX)
    receiver.write(subject="still")
    assert {("still", "old"): 1} == arrived(scene)


def test_the_role_of_the_page_is_the_role_of_the_project(shell: Shell, tmp_path: Path) -> None:
    """What the table of rights says; its dead letters and its log are called otherwise."""
    del shell
    role = next(command for command in commands(DEPLOY) if command.startswith("cat > role.json"))
    in_sh(role, tmp_path)
    said = json.loads((tmp_path / "role.json").read_text())
    place = {
        **EVERYWHERE,
        "region": ("eu-west-1",),
        "account": (ACCOUNT,),
        "domain": ("example.com",),
        "root": ("sendas",),
        "bucket": ("example-com-mail",),
        "prefix": ("inbound/",),
        "targets": (),
    }
    # The page forwards only: nothing is answered, and no events are kept.
    policy = policy_of(RIGHTS, Role.FORWARDER, place, when=(When.ALWAYS,))
    wanted: list[Any] = policy["Statement"]  # type: ignore[assignment]  # a list

    ours = {one["Sid"]: one for one in said["Statement"]}
    table = {one["Sid"]: one for one in wanted}
    assert ours.keys() == table.keys()
    for sid in ours.keys() - {"KeepLostEvents", "WriteTheLog"}:
        assert table[sid] == ours[sid]
