"""What a stored password looks like, with no secret key at hand."""

import base64

from datetime import date

import pytest

from sendas.smtp.identification import Basis, Identification, Kind
from sendas.smtp.identify import identify


RIGHT = "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9"
RAW = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def seen(text: str, username: str | None = None) -> Identification:
    """What *text* is taken for by its form."""
    return identify(text, username=username, now=date(2026, 11, 22))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.SES_SMTP_V4, RIGHT),
        (Kind.SES_SMTP_V4, "BNOQtjXpQe39u9GCuviACuNPtQA/FyiVxHwE0tkOhDdl"),
        (Kind.SES_SMTP_V2, "An60U4ZD3sd4fg+FvXUjayOipTt8LO4rUUmhpdX6ctDy"),
        (Kind.RAW_SECRET_KEY, RAW),
        (Kind.RAW_SECRET_KEY, RAW + "\r\n"),
        (Kind.V4_WITHOUT_VERSION_BYTE, "sEz/2FJQQt+rwbD6tTVhwGOQ7EZuFPZcbvrfFUsZYv0="),
        (Kind.HEX_ENCODED, base64.b64decode(RIGHT).hex()),
        (Kind.HEX_ENCODED, base64.b64encode(base64.b64decode(RIGHT).hex().encode()).decode()),
        (Kind.WITH_WHITESPACE, f"{RIGHT}\n"),
        (Kind.WITH_WHITESPACE, f" {RIGHT}"),
        (Kind.QUOTED, f'"{RIGHT}"'),
        (Kind.MANGLED, RIGHT.replace("+", "%2B")),
        (Kind.MANGLED, RIGHT.replace("+", "-").replace("/", "_")),
        (Kind.MANGLED, RIGHT.replace("+", " ")),
        (Kind.TRUNCATED, RIGHT[:43]),
        (Kind.TRUNCATED, RIGHT[:40]),
        (Kind.TRUNCATED, RIGHT[:25]),
        (Kind.PREFIXED, f"SmtpPassword:{RIGHT}"),
        (Kind.PREFIXED, f"smtp password = {RIGHT} # keep"),
        (Kind.TEMPORARY_KEY, "ASIAIOSFODNN7EXAMPLE"),
        (Kind.TEMPORARY_KEY, "IQoJb3JpZ2luX2Vj" + "A" * 300),
        (Kind.ACCESS_KEY_ID, "AKIAIOSFODNN7EXAMPLE"),
        (Kind.EMPTY, ""),
        (Kind.UNKNOWN, "hunter2"),
        (Kind.UNKNOWN, "x" * 10_000),
        (Kind.UNKNOWN, "Z" * 44),
    ],
)
def test_form_alone(kind: Kind, text: str) -> None:
    """Each form of FACTS 2.3 is told apart, and that the form decided is said."""
    found = seen(text)

    assert kind is found.kind
    assert Basis.SHAPE is found.basis
    assert found.correct is None


def test_the_right_form_is_not_called_right() -> None:
    """A password without the date step has a perfect form, so form proves nothing."""
    assert seen(RIGHT).right is None


def test_a_temporary_user_name_decides() -> None:
    """No password helps a temporary key."""
    assert Kind.TEMPORARY_KEY is seen(RIGHT, "ASIAIOSFODNN7EXAMPLE").kind


def test_damage_is_said_beside_the_form() -> None:
    """A raw secret key with a line end is both, and both are said."""
    explanation = seen(RAW + "\n").explanation

    assert "secret access key" in explanation
    assert "line end" in explanation
