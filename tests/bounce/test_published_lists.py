"""Providers' own lists, whole: every refusal that a page explains, said by that provider's host.

``lists/published.tsv`` is written down from the pages that ``tables.own_codes``, ``tables.listed``
and docs/bounce.md name; what each means, and who can mend it, is the page's explanation in the
words of this project's glossary.
"""

import csv

from pathlib import Path

import pytest

from sendas.bounce import explain
from sendas.bounce.providers import provider_of


LISTS = Path(__file__).parent / "lists" / "published.tsv"
HOSTS = {
    "aliyun": "mxw.mxhichina.com",
    "apple": "mx01.mail.icloud.com",
    "charter": "mx1.charter.net",
    "comcast": "mx1.comcast.net",
    "cox": "mx1.cox.net",
    "exchange-online": "example-org.mail.protection.outlook.com",
    "gmail": "gmail-smtp-in.l.google.com",
    "godaddy": "smtp.secureserver.net",
    "hornetsecurity": "mx01.hornetsecurity.com",
    "mimecast": "eu-smtp-inbound-1.mimecast.com",
    "netease": "mx.mail.163.com",
    "orange": "smtp-in.orange.fr",
    "sfr": "smtp-in.sfr.fr",
    "outlook.com": "outlook-com.olc.protection.outlook.com",
    "rackspace": "mx1.emailsrvr.com",
    "tencent": "mx3.qq.com",
    "yahoo": "mta5.am0.yahoodns.net",
    "yandex": "mx.yandex.ru",
    "zoho": "mx.zoho.com",
}
NOTICE = """This is the mail system at host mail.example.com.

<user@example.org>: host {host}[192.0.2.9] said: {reply}
"""


def _rows() -> list[dict[str, str]]:
    with LISTS.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", _rows(), ids=lambda row: f"{row['provider']}-{row['reply'][:40]}")
def test_each_line_of_a_list(row: dict[str, str]) -> None:
    """What a provider explains of its own refusals is explained so."""
    raw = NOTICE.format(host=HOSTS[row["provider"]], reply=row["reply"])
    one = explain(raw.encode()).recipients[0]

    assert str(one.reason) in row["reason"].split("/")
    assert row["owner"] == "-" or str(one.owner) in row["owner"].split("/")


def test_each_host_is_its_providers() -> None:
    """The hosts that the lists are read with belong to whom they are said to."""
    assert {provider_of(host) for host in HOSTS.values()} == set(HOSTS)
