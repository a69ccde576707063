"""The verbs as they are typed: plan, apply, destroy, template, in the lab."""

import json

from pathlib import Path

import pytest
import yaml

from owner_setup import Owner
from typer.testing import CliRunner

from sendas.cli import app
from sendas.config.model import ConfiguredDomain
from sendas.files import UnusableFile
from sendas.iam.rights import NotPermitted


FILE = """
[[domain]]
name = "example.com"
region = "eu-west-1"
mail_from = "mail.example.com"
notices = "owner@gmail.com"
dns = "route53"

[domain.dmarc]
policy = "none"

[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"

[alarms]
to = ["owner@gmail.com"]
"""


@pytest.fixture
def file(tmp_path: Path, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The owner's file, and the lab in the environment."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in owner.lab.environment().items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "sendas.toml"
    path.write_text(FILE, "utf-8")
    return path


def run(*words: str) -> tuple[int, str, str]:
    """What was typed: exit status, stdout, stderr."""
    result = CliRunner().invoke(app, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_plan_apply_plan_destroy(file: Path, owner: Owner) -> None:
    """A plan with --exit-code says 1, apply does it, then it says 0; destroy keeps mail."""
    status, text, _ = run("plan", "--config", str(file), "--exit-code")
    assert 1 == status
    assert "+ SES::EmailIdentity Identity example.com" in text
    status, text, told = run("apply", "--config", str(file), "--yes", "--no-doctor")
    assert 0 == status
    assert "create_complete  AWS::SES::ReceiptRule Rule" in told
    assert owner.forwarded("me@example.com")
    status, text, _ = run("plan", "--config", str(file), "--exit-code", "--json")
    assert (0, "Nothing to do: all stands as the file wants it.") == (
        status,
        json.loads(text)["summary"],
    )
    status, text, _ = run("destroy", "example.com", "--config", str(file), "--yes")
    assert 0 == status
    assert "received mail: bucket sendas-example-com-" in text
    status, text, _ = run("destroy", "example.com", "--config", str(file), "--yes")
    assert 0 == status
    assert "Nothing to take away: of what sendas made only what is named above stays." in text


def as_operator(owner: Owner, monkeypatch: pytest.MonkeyPatch, *denied: str) -> None:
    """The environment of a user who may do everything but that."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": list(denied), "Resource": "*"},
        ],
    }
    owner.call("iam", "CreateUser", UserName="operator")
    owner.call(
        "iam",
        "PutUserPolicy",
        UserName="operator",
        PolicyName="all-but",
        PolicyDocument=json.dumps(policy),
    )
    key = owner.call("iam", "CreateAccessKey", UserName="operator")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])


def test_destroy_names_what_is_not_permitted_before_anybody_is_asked(
    file: Path, owner: Owner, owner_domain: ConfiguredDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On paper first; then exit 3, not a question whose yes would do nothing."""
    owner.apply(owner_domain)
    as_operator(owner, monkeypatch, "cloudformation:DeleteStack")

    with pytest.raises(NotPermitted, match="cloudformation:DeleteStack"):
        run("destroy", "example.com", "--config", str(file))
    status, text, _ = run("destroy", "example.com", "--config", str(file), "--dry-run")
    assert 0 == status
    assert "  ! cloudformation:DeleteStack" in text
    text = run("destroy", "example.com", "--config", str(file), "--dry-run", "--json")[1]
    assert ["cloudformation:DeleteStack"] == json.loads(text)["not_permitted"]


def test_destroy_calls_nothing_gone_that_it_could_not_look_for(
    file: Path, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the permission nobody looked for users beside the stack: exit 3, no all-clear."""
    tag = {"Key": "sendas:address", "Value": "me@example.com"}
    owner.call("iam", "CreateUser", UserName="sendas-me@example.com=b", Tags=[tag])
    as_operator(owner, monkeypatch, "iam:ListUserTags")

    _, text, _ = run("destroy", "example.com", "--config", str(file), "--dry-run")
    assert "  ! iam:ListUserTags" in text
    assert "Nothing to take away" not in text
    with pytest.raises(NotPermitted, match="iam:ListUserTags"):
        run("destroy", "example.com", "--config", str(file), "--yes")


def test_the_way_out_of_the_sandbox_takes_a_permission_of_its_own(
    file: Path, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named before anything is begun, and only where it is asked for."""
    as_operator(owner, monkeypatch, "ses:PutAccountDetails")
    asking = ("--request-production", "--website", "https://example.com", "--use-case", "Mail")

    assert "ses:PutAccountDetails" not in run("plan", "--config", str(file))[1]
    with pytest.raises(NotPermitted, match="missing: ses:PutAccountDetails;"):
        run("apply", "--config", str(file), "--yes", *asking)
    assert [] == owner.call("cloudformation", "DescribeStacks").get("Stacks", [])


@pytest.mark.usefixtures("owner")
def test_template_is_yaml_that_others_read(file: Path, tmp_path: Path) -> None:
    """Printed as YAML, with code and routes beside it for who deploys it themselves."""
    code, routes = tmp_path / "code.zip", tmp_path / "routes.json"
    status, text, _ = run(
        "template", "--config", str(file), "--code", str(code), "--routes", str(routes)
    )
    assert 0 == status
    assert "AWS::SES::ReceiptRule" == yaml.safe_load(text)["Resources"]["Rule"]["Type"]
    assert code.read_bytes().startswith(b"PK")
    assert "sendas.routes/1" == json.loads(routes.read_text())["schema"]


@pytest.mark.parametrize("option", ["--code", "--watcher-code", "--routes"])
def test_template_writes_where_it_can_or_not_at_all(tmp_path: Path, option: str) -> None:
    """A folder that is missing, or no place for a file: wrong usage, and nothing is printed."""
    path = tmp_path / "sendas.toml"
    path.write_text(FILE, "utf-8")
    for target in (tmp_path / "no" / "such" / "x", tmp_path, Path("/proc/x")):
        ended = CliRunner().invoke(app, ["template", "--config", str(path), option, str(target)])
        assert isinstance(ended.exception, UnusableFile), ended
        assert "cannot write" in str(ended.exception)
        assert "" == ended.stdout

    status, text, _ = run("template", "--config", str(path), option, str(tmp_path / "made"))
    assert (0, True) == (status, bool(text))
    mode = (tmp_path / "made").stat().st_mode & 0o077
    assert (mode == 0) is (option == "--routes")  # addresses are in it


def test_apply_asks_before_it_acts(file: Path, owner: Owner) -> None:
    """With nobody to ask nothing is done."""
    with pytest.raises(Exception, match="nobody is there to ask"):
        run("apply", "--config", str(file))
    assert [] == owner.call("cloudformation", "DescribeStacks").get("Stacks", [])
