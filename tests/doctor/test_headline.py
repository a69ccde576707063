"""The last line: what was looked at, what was not, and that nothing proves what nobody tried."""

import json

from dataclasses import replace

import pytest

from sendas.advice import Owner
from sendas.doctor.model import Diagnosis, Finding, Layer, Severity, Status
from sendas.doctor.render import json_document
from sendas.doctor.render.labels import summary


def found(layer: Layer, status: Status = Status.OK) -> Finding:
    """A finding of that layer."""
    code = f"{layer.value.upper()[:3]}001"
    return Finding(code, layer, status, Severity.HIGH, Owner.DNS, "as it should be")


WHOLE = Diagnosis("example.com", "us-east-1", (), tuple(map(found, Layer)))


def without(*layers: Layer) -> Diagnosis:
    """A run that nobody let look at *layers*."""
    return replace(WHOLE, findings=tuple(f for f in WHOLE.findings if f.layer not in layers))


@pytest.mark.parametrize(
    ("layer", "option"),
    [
        (Layer.PASSWORD, "--password-env NAME"),
        (Layer.IAM, "--smtp-username USER"),
        (Layer.SMTP, "--password-env NAME"),
        (Layer.SUPPRESSION, "--to ADDRESS"),
    ],
)
def test_what_was_not_looked_at_is_not_called_well(layer: Layer, option: str) -> None:
    """Where the password is wrong and was not given, nobody may read that all is well."""
    said = summary(without(layer))

    assert "All" not in said
    assert "Nothing is wrong in what was looked at" in said
    assert option in said
    left_out = json.loads(json_document.render(without(layer)))["not_looked_at"]
    assert [(layer.value, option)] == [(one["layer"], one["option"]) for one in left_out]


def test_well_is_not_proven() -> None:
    """With everything looked at, still no mail was sent."""
    said = f"All {len(Layer)} checks are well; no mail was sent to prove it (--prove)."

    assert said == summary(WHOLE)
    assert [] == json.loads(json_document.render(WHOLE))["not_looked_at"]


def test_what_was_not_wanted_is_not_left_out() -> None:
    """With --only, the other layers were not wanted."""
    assert "Not looked at" not in summary(without(Layer.PASSWORD), whole=False)


def test_what_fails_and_is_not_shown_is_named() -> None:
    """With --only, "all well" is said of what is shown, and the rest in the same breath."""
    hidden = (
        replace(found(Layer.DNS, Status.FAIL), code="DNS001"),
        found(Layer.IAM, Status.UNKNOWN),
    )
    part = replace(without(Layer.PASSWORD), not_shown=hidden)

    said = " Not shown: DNS001 failing and 1 check that could not be made."
    assert summary(part, whole=False).endswith(f"are well.{said}")
    assert [one.code for one in hidden] == json.loads(json_document.render(part))["not_shown"]


def test_a_warning_is_no_all_clear_either() -> None:
    """Beside a warning, what was not looked at is said as well."""
    warned = without(Layer.PASSWORD)
    warned = replace(warned, findings=(*warned.findings, found(Layer.DNS, Status.WARN)))

    assert "1 warning above. Not looked at: the password" in summary(warned)


def test_what_follows_from_the_cause_is_said() -> None:
    """One cause comes first; its consequences are counted, and called that."""
    root = replace(found(Layer.DNS, Status.FAIL), code="DNS001")
    child = replace(found(Layer.IDENTITY, Status.FAIL), explained_by="DNS001")
    one = replace(WHOLE, roots=("DNS001",), findings=(root, child))

    assert summary(one) == "1 cause: mend DNS001. 1 other finding only follows from it."
    assert summary(replace(one, findings=(root,))) == "1 cause: mend DNS001."
