"""`sendas credentials list` in the lab: a real stack, real events, policies that IAM decides."""

import json
import re

from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from owner_setup import Owner, send_as, settle, standing_owner
from sendas_lab.aws.service import backends_of
from sendas_lab.world import Lab
from typed import Type

from sendas.aws.key_reader import KeyReader
from sendas.aws.stock_gateways import StockGateways
from sendas.config.load import parse_config
from sendas.credentials.decide.boxes import senders_in
from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.decide.listed import document as document_of
from sendas.credentials.decide.marks import SINCE, Mark
from sendas.credentials.gather import Wanted, take_stock
from sendas.credentials.list_schema import schema
from sendas.ses.regions import Region


OWNER, ME = "owner@gmail.com", "me@example.com"
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
held_by = ["gmail:owner@gmail.com", "printer in the hall"]
"""


@pytest.fixture
def owner(sendas_lab: Lab, type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Owner:
    """An owner whose stack stands, whose Gmail sends, in a folder with their file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = standing_owner(sendas_lab, tmp_path, FILE)
    added = type_("gmail", "add", ME, "--show").out
    fields = dict(re.findall(r"^  (\w[\w ]*?)  +(\S+)", added, re.MULTILINE))
    assert "587" == fields["Port"]
    send_as(sendas_lab, ME, fields["SMTP Server"], fields["Username"], fields["Password"])
    sendas_lab.gmail.send(OWNER, sender=ME, to="jane@example.net", subject="x", text="hello")
    settle(sendas_lab)
    return found


def listed(type_: Type, *words: str, status: int) -> dict[str, Any]:
    """The object, which the schema allows."""
    done = type_("credentials", "list", "--region", "us-east-1", "--json", *words)
    assert status == done.status, done.err + done.out
    assert done.out, done.err
    document: dict[str, Any] = json.loads(done.out)
    jsonschema.validate(document, schema())
    return document


def of(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The one credential of that name."""
    (found,) = [one for one in document["credentials"] if one["name"] == name]
    return dict(found)


def user(owner: Owner, name: str, action: str, **more: object) -> str:
    """A user with a policy and a key; the key's id."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    owner.call("iam", "CreateUser", UserName=name)
    owner.call("iam", "PutUserPolicy", UserName=name, PolicyName="p", PolicyDocument=document)
    return str(owner.call("iam", "CreateAccessKey", UserName=name)["AccessKey"]["AccessKeyId"])


def test_the_whole_account(owner: Owner, type_: Type, tmp_path: Path) -> None:
    """Who can send is there, ours or not, and nobody else; who holds a copy was seen to send."""
    user(owner, "shop", "ses:Send*")
    user(owner, "backup", "s3:*")
    document = listed(type_, status=0)
    mine = of(document, "sendas-me@example.com")

    users = {one["name"] for one in document["credentials"] if one["kind"] == "user"}
    assert {"shop", "sendas-me@example.com"} == users
    assert ["me@example.com"] == mine["sends"][0]["addresses"]
    assert mine["sends"][0]["smtp"]
    assert "current" == mine["password"]["stage"]
    assert "ses-smtp" == mine["key"]["last_used"]["service"]
    gmail, printer = mine["holders"]
    assert gmail["seen_at"]
    assert printer["seen_at"] is None
    assert ["CreateAccessKey"] == [act["act"] for act in mine["acts"]]
    assert ["fine"] == mine["verdicts"]
    assert ["*@example.com"] == of(document, "shop")["sends"][0]["addresses"]
    role = next(one for one in document["credentials"] if one["kind"] == "role")
    assert ["lambda.amazonaws.com"] == role["trusted"]

    backend = backends_of("iam")[owner.lab.account_id]["aws"]
    (key,) = backend.users["sendas-me@example.com"].access_keys
    key.create_date -= timedelta(days=80)
    handed = Mark(key.access_key_id, owner.lab.clock.now() - timedelta(days=80)).dump()
    tag = [{"Key": SINCE, "Value": handed}]
    owner.call("secretsmanager", "TagResource", SecretId=f"sendas/smtp/{ME}", Tags=tag)
    aged = listed(type_, status=1)
    assert ["due", "holder-not-seen"] == of(aged, "sendas-me@example.com")["verdicts"]
    told = type_("credentials", "list", "--region", "us-east-1")
    assert "printer in the hall: no mail of its own since" in told.out
    assert "80 days old: to be replaced within" in told.out

    key.create_date += timedelta(days=80)
    for cached in tmp_path.glob("sendas/*.sqlite*"):
        cached.unlink()
    owner.lab.aws.faults.deny("s3:GetObject")
    mine = of(listed(type_, status=3), "sendas-me@example.com")
    assert [] == mine["verdicts"]
    assert any("denied" in doubt for doubt in mine["could_not_look"])


@pytest.fixture
def bare(sendas_lab: Lab) -> Owner:
    """An account with an identity and nothing else."""
    found = Owner(sendas_lab, parse_config(FILE))
    found.call("sesv2", "CreateEmailIdentity", EmailIdentity="example.com")
    return found


def test_what_is_not_ours_to_give(bare: Owner, type_: Type) -> None:
    """Root's key, and another account that the identity's policy lets send."""
    arn = f"arn:aws:ses:us-east-1:{bare.lab.account_id}:identity/example.com"
    grant = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
        "Action": "ses:SendEmail",
        "Resource": arn,
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [grant]})
    bare.call(
        "sesv2",
        "CreateEmailIdentityPolicy",
        EmailIdentity="example.com",
        PolicyName="partner",
        Policy=text,
    )
    backend = backends_of("iam")[bare.lab.account_id]["aws"]
    backend.account_summary._account_access_keys_present = 1  # noqa: SLF001  moto offers no way
    document = listed(type_, status=1)

    assert document["root_key"] is True
    (foreign,) = document["other_accounts"]
    assert ["arn:aws:iam::210987654321:root"] == foreign["principals"]
    assert "delete it" in type_("credentials", "list", "--region", "us-east-1").out


SILENCES = {
    "iam:GetAccountAuthorizationDetails": "credentials",
    "iam:GetAccountSummary": "root_key",
    "cloudtrail:LookupEvents": "acts",
    "ses:ListEmailIdentities": "could_not_look",
    "ses:GetEmailIdentity": "could_not_look",
    "secretsmanager:ListSecrets": "could_not_look",
    "iam:GetAccessKeyLastUsed": "key",
    "iam:ListAccessKeys": "key",
    "secretsmanager:*GetSecretValue": "password",
}
"""What is not told, and where the object says so."""


def stock(lab: Lab, region: Region) -> StockGateways:
    """What an inventory asks of the lab's account."""
    session = lab.session()
    return StockGateways(session, region, KeyReader(session, region, lab.environment()))


def test_each_thing_that_is_not_told_is_its_own_outcome(bare: Owner) -> None:
    """Said at its place, and no word of 'fine' for what rests on it."""
    here = Region("us-east-1")
    ((sender, box),) = senders_in(bare.config)
    key_id = user(bare, sender.user, "ses:SendRawEmail")
    text = StoredCredential(sender.address, here, key_id, "B" * 44).dump()
    bare.call("secretsmanager", "CreateSecret", Name=sender.secret, SecretString=text)
    wanted = Wanted(bare.lab.account_id, (here,), bare.lab.clock.now(), ((here, box),))
    gateways = stock(bare.lab, here)
    whole = take_stock(gateways, wanted)
    assert whole.whole
    assert ["fine"] != of(document_of(whole), sender.user)["verdicts"]  # as any address

    for action, where in SILENCES.items():
        bare.lab.aws.faults.deny(action)
        inventory = take_stock(gateways, wanted)
        bare.lab.aws.faults.clear()
        assert not inventory.whole, action
        document = document_of(inventory)
        jsonschema.validate(document, schema())
        if where in document:
            told = document[where]
            assert told["unknown"] if isinstance(told, dict) else told, action
            continue
        mine = of(document, sender.user)
        assert "fine" not in mine["verdicts"], action
        assert any("denied" in doubt for doubt in mine["could_not_look"]), action


def test_an_account_without_a_file(bare: Owner, type_: Type) -> None:
    """Any account can be looked at; of holders and of mail nothing is known then."""
    user(bare, "shop", "ses:Send*")
    document = listed(type_, status=0)

    assert [] == of(document, "shop")["holders"]
    assert "not-asked" in of(document, "shop")["seen"]["unknown"]


def test_the_doctor_tells_of_them(bare: Owner, type_: Type) -> None:
    """With --credentials: of what can send as the domain, and of nobody else; else not asked."""
    user(bare, "shop", "ses:*")
    user(bare, "backup", "s3:*")
    for iam_user in backends_of("iam")[bare.lab.account_id]["aws"].users.values():
        for key in iam_user.access_keys:
            key.create_date -= timedelta(days=2)

    asked = type_("doctor", "example.com", "--credentials", "--json", "--only", "credentials")
    unasked = type_("doctor", "example.com", "--json", "--only", "credentials")

    assert 1 == asked.status
    told = {
        one["code"]: (one["status"], [exhibit["asked"] for exhibit in one["evidence"]])
        for one in json.loads(asked.out)["findings"]
        if one["status"] != "ok"
    }
    assert ["CRED003", "CRED005"] == sorted(told)  # never used, and stored nowhere
    assert ("warn", "fail") == (told["CRED003"][0], told["CRED005"][0])
    for _, (of_shop,) in told.values():
        assert of_shop.endswith(" of shop")
    assert [] == json.loads(unasked.out)["findings"]
