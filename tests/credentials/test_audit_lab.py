"""`sendas credentials audit` in the lab: real logins, real canaries, and what is broken shows."""

import json

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from owner_setup import Owner, send_as, settle, standing_owner
from sendas_lab.world import Lab
from typed import Type

from sendas.credentials.decide.audited import schema
from sendas.credentials.decide.credential import StoredCredential, load_credential


OWNER, ME = "owner@gmail.com", "me@example.com"
SECRET = "sendas/smtp/me@example.com"
FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
[domain.dmarc]
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
"""


@pytest.fixture
def owner(sendas_lab: Lab, type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Owner:
    """An owner whose stack stands, with a credential that Gmail has not got yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = standing_owner(sendas_lab, tmp_path, FILE)
    assert 0 == type_("gmail", "add", ME).status
    return found


def audited(type_: Type, *words: str, status: int) -> dict[str, Any]:
    """The claims of the one mailbox, by what they are about; the schema allows the object."""
    done = type_("credentials", "audit", "--json", "--timeout", "5", *words)
    assert status == done.status, done.err + done.out
    document = json.loads(done.out)
    jsonschema.validate(document, schema())
    (report,) = document["reports"]
    return {claim["about"]: claim for claim in report["claims"]} | {"line": report["time_line"]}


def stored(owner: Owner) -> StoredCredential:
    """What lies in the secret."""
    value = owner.call("secretsmanager", "GetSecretValue", SecretId=SECRET)
    return load_credential(value["SecretString"], SECRET)


def test_a_credential_from_beginning_to_end(owner: Owner, type_: Type, tmp_path: Path) -> None:
    """Password and canary proven, the mail gone and never forwarded, the copy by its own mail."""
    lab = owner.lab
    first = audited(type_, "--ask", status=1)
    assert "proven" == first["password"]["standing"]
    assert "proven" == first["canary"]["standing"]
    assert all(word in first["canary"]["words"] for word in ("spf: pass", "dmarc: pass", "dkim: "))
    assert "done" == first["canary cleaned up"]["standing"]
    line = [one["what"] for one in first["line"]]
    assert ["sent", "seen in the bucket"] == [one for one in line if one != "taken by SES"]
    copy = first["copy of Gmail of owner@gmail.com"]
    assert "not-proven" == copy["standing"]
    assert copy["since"]
    settle(lab)
    subjects = [mail.subject for mail in lab.gmail.inbox(OWNER)]
    assert [] == [one for one in subjects if "canary" in one]
    (asked,) = [mail for mail in lab.gmail.inbox(OWNER) if mail.subject.startswith("Please")]
    bucket = f"sendas-example-com-{lab.account_id}-us-east-1"
    keys = [o["Key"] for o in owner.call("s3", "ListObjectsV2", Bucket=bucket)["Contents"]]
    assert [] == [key for key in keys if key.startswith("mail/") and "SETUP" not in key]
    assert [] == unread(lab), "the function came too late for a canary's mail"
    assert first["canary"]["since"][:16] == mark(owner)[:16]

    held = stored(owner)
    send_as(lab, ME, "email-smtp.us-east-1.amazonaws.com", held.username, held.password)
    to = str(asked.header("Reply-To"))
    lab.gmail.send(OWNER, sender=ME, to=to, subject="Re: Please answer", text="Yes.")
    settle(lab)
    second = audited(type_, "--no-canary", status=1)
    assert "proven" == second["copy of Gmail of owner@gmail.com"]["standing"]
    assert "not-proven" == second["canary"]["standing"]
    assert first["canary"]["since"][:16] == second["canary"]["since"][:16]
    assert "proven" == audited(type_, status=0)["canary"]["standing"]

    servers(tmp_path, held.username)
    monkey = pytest.MonkeyPatch()
    monkey.setenv("HERE", held.password)
    elsewhere = type_("credentials", "audit", "--from-file", "servers.csv", "--json")
    monkey.undo()
    assert 1 == elsewhere.status
    right, wrong = json.loads(elsewhere.out)["reports"]
    assert ["proven", "proven", "done"] == [one["standing"] for one in right["claims"]]
    assert ["wrong"] == [one["standing"] for one in wrong["claims"]]
    assert held.password not in elsewhere.out + elsewhere.err
    missing = type_("credentials", "audit", "--from-file", "servers.csv")
    assert 2 == missing.status
    assert "HERE" in missing.err


def unread(lab: Lab) -> list[str]:
    """What the forwarder could not read: mail that was gone before it came."""
    log = lab.aws.functions.log("sendas-example-com")
    return [line for line in log.splitlines() if "NoSuchKey" in line]


def mark(owner: Owner) -> str:
    """When the last canary arrived, by the secret's tag."""
    told = owner.call("secretsmanager", "DescribeSecret", SecretId=SECRET)["Tags"]
    (value,) = [tag["Value"] for tag in told if tag["Key"] == "sendas:canary"]
    return str(value).partition(" ")[2]


def servers(folder: Path, username: str) -> None:
    """The lab's SES as if it were anybody's server: once right, once with a wrong user."""
    host = "email-smtp.us-east-1.amazonaws.com"
    (folder / "servers.csv").write_text(
        f"{host}, 587, {username}, HERE, {ME}\n{host}, 465, nobody, HERE\n"
    )


def test_what_is_broken_shows(owner: Owner, type_: Type) -> None:
    """Break each thing behind a proven claim: the word changes, and the exit status."""
    lab, held = owner.lab, stored(owner)
    put(owner, StoredCredential(ME, held.region, held.username, "B" + "x" * 43))
    wrong = audited(type_, status=1)
    assert "wrong" == wrong["password"]["standing"]
    assert "canary" not in wrong

    put(owner, held)
    lab.aws.faults.deny("secretsmanager:DescribeSecret")
    assert "unknown" == audited(type_, status=3)["password"]["standing"]
    lab.aws.faults.clear()
    owner.call("ses", "SetActiveReceiptRuleSet")
    nowhere = audited(type_, status=1)
    assert "proven" == nowhere["password"]["standing"]
    assert "not-proven" == nowhere["canary"]["standing"]
    assert "no receipt rule set is active" in nowhere["canary"]["words"]

    user = {"UserName": "sendas-me@example.com", "AccessKeyId": held.username}
    owner.call("iam", "UpdateAccessKey", Status="Inactive", **user)
    resting = audited(type_, status=1)
    assert ["wrong", "wrong"] == [resting[name]["standing"] for name in ("key", "password")]
    owner.call("iam", "DeleteAccessKey", **user)
    assert "is gone" in audited(type_, status=1)["key"]["words"]


def put(owner: Owner, credential: StoredCredential) -> None:
    """Store it."""
    owner.call("secretsmanager", "PutSecretValue", SecretId=SECRET, SecretString=credential.dump())
