"""The 203 tests of the openspf suite for RFC 7208, which we did not write."""

import ipaddress
import os

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from sendas.auth.spf_walk import SpfMail, check_host
from sendas.dns.answers import Absent, Answer, Question, Records, RecordType
from sendas.dns.asking import drive
from sendas.dns.names import canonical
from sendas.outcome import NoAnswer, Why


SHARED = Path(os.environ.get("SENDAS_SHARED", Path(__file__).parents[3] / "shared"))
SUITE = SHARED / "data/rfc7208/rfc7208-tests.yml"
SCENARIOS = list(yaml.safe_load_all(SUITE.read_text("utf-8"))) if SUITE.exists() else []
CASES = [
    pytest.param(scenario, test, id=f"{scenario['description']}: {name}")
    for scenario in SCENARIOS
    for name, test in scenario["tests"].items()
]
SILENCE = NoAnswer(Why.TIMEOUT, "the test says so")


class Zone:
    """The suite's zonedata, read as its README says."""

    def __init__(self, data: dict[str, list[Any]]) -> None:
        self.records: dict[Question, list[str] | None] = defaultdict(list)
        self.silent: set[str] = set()
        self.names: set[str] = set()
        for owner, entries in data.items():
            name = canonical(owner)
            self.names.add(name)
            has_text = any(isinstance(e, dict) and "TXT" in e for e in entries)
            for entry in entries:
                if entry == "TIMEOUT":
                    self.silent.add(name)
                else:
                    self.add(name, entry, has_text=has_text)

    def add(self, name: str, entry: dict[str, Any], *, has_text: bool) -> None:
        """One ``{TYPE: data}``."""
        ((kind, data),) = entry.items()
        if kind == "SPF":
            if has_text:
                return
            kind = "TXT"
        if data == "NONE":
            return
        question = Question(name, RecordType(kind))
        if data == "TIMEOUT":
            self.records[question] = None
            return
        text = f"{data[0]} {data[1]}" if kind == "MX" else "".join(data)
        bucket = self.records[question]
        assert bucket is not None
        bucket.append(text)

    def ask(self, question: Question) -> Answer:
        """What the suite's name server answers, CNAMEs followed."""
        name, seen = question.name, set()
        while (alias := self.records.get(Question(name, RecordType.CNAME))) and name not in seen:
            seen.add(name)
            name = canonical(alias[0])
        question = Question(name, question.type)
        found = self.records.get(question, [])
        if found is None or (not found and name in self.silent):
            return SILENCE
        if not found:
            return Absent(name in self.names, 60)
        return Records(tuple(found), 60)


def test_the_whole_suite_is_here() -> None:
    """None of the 203 tests is left out; without the corpus this skips visibly."""
    if not SCENARIOS:
        pytest.skip(f"{SUITE} is not there; set SENDAS_SHARED")

    assert 203 == len(CASES)


@pytest.mark.parametrize(("scenario", "test"), CASES)
def test_gives_the_suite_s_result(scenario: dict[str, Any], test: dict[str, Any]) -> None:
    """Result, and explanation where the suite names one."""
    mail = SpfMail(ipaddress.ip_address(test["host"]), test["mailfrom"], test["helo"])

    verdict = drive(check_host(mail), Zone(scenario["zonedata"]).ask)

    accepted = test["result"] if isinstance(test["result"], list) else [test["result"]]
    assert verdict.result in accepted, verdict
    if "explanation" in test:
        expected = None if test["explanation"] == "DEFAULT" else test["explanation"]
        assert expected == verdict.explanation
