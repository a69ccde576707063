"""What it would take to look."""

import pytest

from sendas.doctor.needed import needed
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Why, see


@pytest.mark.parametrize("why", sorted(set(Why) - {Why.NOT_ASKED}))
@pytest.mark.parametrize("detail", ["", "192.0.2.53 said nothing"])
def test_every_silence_has_advice(why: Why, detail: str) -> None:
    """However the evidence words it."""
    with pytest.raises(CouldNotLook) as silence:
        see(NoAnswer(why, detail), "TXT example.com")

    assert 1 == len(needed(str(silence.value)))
    assert needed(f"TXT example.com: ns1 gave no answer ({NoAnswer(why, '')})")


def test_two_reasons_two_ways() -> None:
    """Each reason once."""
    assert 2 == len(needed("ns1 gave no answer (timeout: x); ns2 gave no answer (refused: y)"))
    assert 1 == len(needed("ns1 gave no answer (timeout: x); ns2 gave no answer (timeout: y)"))


def test_other_words_are_no_reason() -> None:
    """A text that happens to hold such a word."""
    assert () == needed("the mail was denied by policy-timeout")


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "InvalidClientTokenId"])
def test_wrong_keys_are_not_asked_for_again(code: str) -> None:
    """Keys were given; AWS says so by these codes ("Common error types")."""
    silence = f"AWS: {NoAnswer(Why.NO_CREDENTIALS, f'sts:GetCallerIdentity: {code}: The token')}"
    (told,) = needed(silence)

    assert told.text.startswith("the keys given are not accepted")
    assert "give AWS credentials" in needed(f"{silence}; no-credentials: none found")[1].text


@pytest.mark.parametrize("code", ["RequestExpired", "RequestTimeTooSkewed"])
def test_a_wrong_clock_is_no_missing_key(code: str) -> None:
    """The key is there and good: what AWS does not take is the time of the signature."""
    (told,) = needed(f"AWS: {NoAnswer(Why.NO_CREDENTIALS, f'ses:GetAccount: {code}: too old')}")

    assert told.text.startswith("set this machine's clock")


@pytest.mark.parametrize("detail", ["none found", "sts:X: ExpiredToken: expired"])
def test_keys_not_given_are_asked_for(detail: str) -> None:
    """None, or none that last."""
    (told,) = needed(f"AWS: {NoAnswer(Why.NO_CREDENTIALS, detail)}")

    assert told.text.startswith("give AWS credentials")
