"""`sendas records` as a user types it, in the lab: printed, pasted, and well."""

import json
import re

from pathlib import Path

import pytest

from sendas_lab.world import Lab
from typed import Type

from sendas.play.scene import Scene, SetUp, build


FILE = """\
region = "us-east-1"
[[domain]]
name = "example.com"
dns = "manual"
mail_from = "mail"
[domain.dmarc]
policy = "none"
reports = ["dmarc@example.com"]
[[domain.mailbox]]
name = "*"
to = ["owner@gmail.com"]
"""


@pytest.fixture
def bare(sendas_lab: Lab) -> Scene:
    """A domain at another provider with an identity, and SPF and MX not yet there."""
    return build(
        sendas_lab, SetUp(route53=False, spf="v=spf1 mx -all", dmarc=None, receiving=False)
    )


def test_what_is_pasted_makes_it_well(bare: Scene, type_: Type, tmp_path: Path) -> None:
    """Zone lines, put into the zone one by one, leave nothing to do; the second run says so."""
    (tmp_path / "sendas.toml").write_text(FILE)
    before = type_("records", "--format", "bind")
    assert 0 == before.status, before.err
    for line in before.out.splitlines():
        if found := re.fullmatch(r"(\S+)\. \d+ IN (\S+) (.*)", line):
            bare.set_record(found[1], found[2], found[3])
    after = json.loads(type_("records", "--format", "json").out)

    assert 3 == before.out.count("; to ")
    assert "v=spf1 mx include:amazonses.com -all" in before.out
    assert {"="} == {record["mark"] for record in after["records"]}
    assert "generic" == after["provider"]


def test_the_panel_is_told_by_the_name_servers(
    sendas_scene: Scene, type_: Type, tmp_path: Path
) -> None:
    """Route 53's servers mean Route 53's panel, unless another is named."""
    assert sendas_scene.zone_id
    (tmp_path / "sendas.toml").write_text(FILE)

    assert "as Route 53 wants them" in type_("records").out
    assert "as Cloudflare wants them" in type_("records", "--provider", "cloudflare").out


def test_an_mx_of_another_stops(bare: Scene, type_: Type, tmp_path: Path) -> None:
    """All is printed, the MX with an explanation, and the exit status tells."""
    (tmp_path / "sendas.toml").write_text(FILE)
    bare.set_record("example.com", "MX", "1 smtp.google.com.")
    run = type_("records")

    assert 2 == run.status
    assert "mail is received by smtp.google.com" in run.out
    assert "inbound-smtp" not in run.out


def test_before_the_identity_is_made(sendas_lab: Lab, type_: Type, tmp_path: Path) -> None:
    """DKIM's records are not known then; the rest is printed."""
    build(sendas_lab, SetUp(route53=False))
    (tmp_path / "sendas.toml").write_text(FILE.replace("us-east-1", "eu-west-1"))
    run = type_("records", "--no-look")

    assert 0 == run.status
    assert "no identity example.com in eu-west-1 yet" in run.err
    assert "Paste the MX of example.com last, when `sendas apply` prints it" in run.err
    assert "_domainkey" not in run.out
    assert 3 == type_("records", "--no-look", *["--token", "x"] * 3).out.count("x._domainkey")


@pytest.mark.parametrize(
    ("words", "change", "status", "told"),
    [
        (("records",), ("example.com", "nowhere.example"), 2, "nowhere.example is not delegated"),
        (("records", "example.org"), ("", ""), 2, "does not speak of 'example.org'"),
        (("records", "--config", "none.toml"), ("", ""), 2, "there is no such file"),
        (("records", "--provider", "gandi"), ("", ""), 2, "no provider 'gandi' is known"),
        (("records",), ('"manual"', "manual"), 2, "line 4: not TOML: Invalid value"),
    ],
)
def test_bad_input(
    type_: Type,
    tmp_path: Path,
    words: tuple[str, ...],
    change: tuple[str, str],
    status: int,
    told: str,
) -> None:
    """One clear line each, and no traceback."""
    (tmp_path / "sendas.toml").write_text(FILE.replace(*change) if change[0] else FILE)
    run = type_(*words)

    assert status == run.status
    assert told in run.err
    assert "" == run.out
    assert all(line.startswith(("sendas: ", "note: ")) for line in run.err.splitlines())
