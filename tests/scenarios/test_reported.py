"""Situations that strangers reported: the doctor names the cause, no other, and mends it."""

import json

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from algebra.mutant import Harm
from algebra.probe import Truth, play
from mending import carry_out
from reported import Situation
from reported_receiving import RECEIVING
from reported_sending import SENDING
from scenario import blamed, seen
from sendas_lab.world import Lab

from sendas.doctor.model import Diagnosis, Finding, Status
from sendas.doctor.run import examine, exit_status
from sendas.play.scene import Scene


REPORTED = (*SENDING, *RECEIVING)


def wrong(situation: Situation, diagnosis: Diagnosis) -> Iterator[str]:
    """What of *diagnosis* is not the right answer."""
    answer = situation.answer
    if answer.codes and not diagnosis.roots:
        yield "no root"
    if len(diagnosis.roots) > bool(answer.codes) or not answer.codes >= set(diagnosis.roots):
        yield f"roots {', '.join(diagnosis.roots)}"
    if exit_status(diagnosis) != answer.exit_status:
        yield f"exit status {exit_status(diagnosis)}"
    speaking = [*diagnosis.roots, *([answer.beside] if answer.beside else [])]
    spoken = [f for f in diagnosis.findings if f.code in speaking and f.status is not Status.OK]
    text = json.dumps([asdict(f) for f in spoken], default=str)
    for words in answer.says:
        if words not in text:
            yield f"{words} is not said"


def roots_of(diagnosis: Diagnosis) -> list[Finding]:
    """The findings that are roots, in their order."""
    return [f for f in diagnosis.findings if f.code in diagnosis.roots]


def healthy(situation: Situation, lab: Lab) -> Truth:
    """What mail does before anything is changed."""
    scene = situation.build(lab)
    scene.add_to_gmail()
    return play(scene)


def mended(scene: Scene, diagnosis: Diagnosis) -> str:
    """What is still wrong once the help was carried out; empty where nothing is."""
    for finding in roots_of(diagnosis):
        carry_out(scene, finding)
    left = examine(seen(scene)).roots
    return f"still or newly: {', '.join(left)}" if left else ""


@pytest.mark.parametrize("situation", REPORTED, ids=lambda one: one.report)
def test_a_reported_situation(situation: Situation, sendas_lab: Lab) -> None:
    """The one root is the one decided beforehand; the help mends it, and mail does as before."""
    answer = situation.answer
    well = healthy(situation, sendas_lab) if answer.probed else None
    scene = situation.build(sendas_lab)
    scene.add_to_gmail()
    situation.play(scene)

    diagnosis = examine(situation.evidence(scene))

    assert [] == list(wrong(situation, diagnosis)), blamed(diagnosis)
    if answer.mends:
        assert not mended(scene, diagnosis)
    if well is not None:
        assert Harm.NONE is play(scene).harm_against(well)


def test_every_report_is_of_the_years_asked_for() -> None:
    """Reports of 2019 to 2026, each told once."""
    assert all(2019 <= one.year <= 2026 for one in REPORTED)
    assert len({one.report for one in REPORTED}) == len(REPORTED) >= 25
