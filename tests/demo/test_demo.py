"""`sendas demo`, as a newcomer and as a program run it."""

import json
import subprocess
import sys

from datetime import timedelta
from types import ModuleType

import pytest

from sendas_lab.world import Lab

from sendas.doctor.render.terminal import Look
from sendas.play.scene import Scene
from sendas.play.story import incident_a, incident_b
from sendas.play.story.step import Step
from sendas.play.story.telling import Teller


def demo(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with nothing of ours in the environment."""
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "sendas", "demo", *words],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        check=False,
        timeout=100,
    )


def test_json_holds_everything_claimed() -> None:
    """One object on stdout, every claim true, both incidents whole."""
    run = demo("--json")

    assert 0 == run.returncode, run.stderr
    told = json.loads(run.stdout)
    assert told["holds"]
    assert [incident_a.TITLE, incident_b.TITLE] == [i["title"] for i in told["incidents"]]
    claims = [c for i in told["incidents"] for s in i["steps"] for c in s["claims"]]
    assert len(claims) > 30
    assert all(claim["holds"] for claim in claims)


def test_a_claim_that_does_not_hold_fails_the_demo(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a doctor that finds nothing, the story says so and the teller remembers."""
    monkeypatch.setattr(incident_a, "password_without_date", right_password)
    teller = Teller(as_json=False)
    with Lab() as lab:
        for step in incident_a.play(lab, Look()):
            teller.tell(step)

    assert not teller.all_held
    assert "✗" in capsys.readouterr().out


def right_password(secret_access_key: str, region: incident_a.Region) -> str:
    """The derivation without the mistake: nothing of the incident can then be seen."""
    return incident_a.derive_smtp_password(secret_access_key, region=region).value


@pytest.mark.parametrize("story", [incident_a, incident_b])
def test_no_secret_is_told(story: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither secret keys nor passwords are printed, in any step of either incident."""
    secrets: list[str] = []
    new_key = Scene.new_key

    def noted(scene: Scene, **options: timedelta) -> None:
        new_key(scene, **options)
        secrets.extend((scene.secret, scene.smtp_password))

    monkeypatch.setattr(Scene, "new_key", noted)
    with Lab() as lab:
        told: list[Step] = list(story.play(lab, Look()))
    text = "\n".join(f"{step}" for step in told)

    assert secrets
    assert not [secret for secret in secrets if secret in text]
