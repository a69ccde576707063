"""Both stores of passwords, Secrets Manager and Parameter Store, keep one contract."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from botocore.exceptions import ClientError
from owner_setup import Killed, Mortal
from sendas_lab.world import Lab

from sendas.aws import parameters
from sendas.aws.password_stores import PasswordStore, current_texts, passwords_named, store_of
from sendas.aws.secret import StagedSecret
from sendas.aws.session import Session
from sendas.aws.writes import NotDone
from sendas.config.model import PasswordStore as Named
from sendas.credentials.decide.claim import next_token
from sendas.credentials.sender import PARAMETER_PREFIX, SECRET_PREFIX, sender_of
from sendas.mail.address import Address
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region
from sendas.stages import Stage


REGION = Region("us-east-2")
NAMES = ("sendas/smtp/me@example.com", "/sendas/smtp/example.com/me")
TAGS = {"sendas:address": "me@example.com"}


def token(number: int) -> str:
    """One that Secrets Manager takes."""
    return f"{number:032x}"


class Bound:
    """One secret in one store, without repeating where."""

    def __init__(self, session: Session, name: str) -> None:
        self.session, self.name, self.store = session, name, store_of(name)

    def call(self, what: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401  as the call gives it
        """One function of the store."""
        return what(self.session, REGION, self.name, *args)

    def seen(self) -> StagedSecret:
        """As it stands."""
        found = self.call(self.store.find_staged)
        assert isinstance(found, StagedSecret)
        return found

    def texts(self) -> dict[str, str]:
        """What each stage holds."""
        return {stage.name: one.text for stage, one in self.seen().versions.items() if one.text}

    def id_at(self, stage: Stage) -> str:
        """The id of a stage's version."""
        return self.seen().versions[stage].id

    def move(self, stage: Stage, from_id: str, to_id: str) -> None:
        """Move a label."""
        self.call(self.store.move_stage, stage, from_id, to_id)


@pytest.fixture(params=NAMES, ids=["secrets-manager", "parameter-store"])
def kept(request: pytest.FixtureRequest, sendas_lab: Lab) -> Bound:
    """An empty one."""
    one = Bound(sendas_lab.session(), str(request.param))
    one.call(one.store.create_secret, "SES SMTP password", TAGS)
    return one


def test_a_module_is_a_store() -> None:
    """The name alone says where a password is kept."""
    stores: Mapping[str, PasswordStore] = {name: store_of(name) for name in NAMES}
    assert ["sendas.aws.secrets", "sendas.aws.parameters"] == [
        getattr(one, "__name__", "") for one in stores.values()
    ]


def test_made_twice_is_made_once(kept: Bound) -> None:
    """Whoever lost the first answer asks again; nothing is in it yet, and its tags stay."""
    kept.call(kept.store.create_secret, "again", {"other": "tag"})

    assert {} == kept.texts()
    assert TAGS == kept.seen().tags
    found = kept.call(kept.store.find_secret)
    assert (None, TAGS, False) == (found.text, found.tags, found.deleted)


def test_none_is_none(sendas_lab: Lab) -> None:
    """Absent is told apart from not seen."""
    for name in NAMES:
        absent = Bound(sendas_lab.session(), name)
        assert absent.call(absent.store.find_secret) is None
        assert absent.call(absent.store.find_staged) is None
        assert absent.call(absent.store.secret_at, Stage.CURRENT) is None


def test_a_password_that_was_put_is_current(kept: Bound) -> None:
    """The one before is the previous one; the same put again changes nothing."""
    kept.call(kept.store.put_secret, "one", token(1))
    assert {"CURRENT": "one"} == kept.texts()

    kept.call(kept.store.put_secret, "two", token(2))
    kept.call(kept.store.put_secret, "two", token(2))

    assert {"CURRENT": "two", "PREVIOUS": "one"} == kept.texts()
    assert "two" == kept.call(kept.store.find_secret).text
    assert "one" == kept.call(kept.store.secret_at, Stage.PREVIOUS)
    assert {kept.name: "two"} == current_texts(kept.session, REGION, [kept.name])


def test_pending_becomes_current(kept: Bound) -> None:
    """As `rotate` publishes: the old one is the previous one, and nothing is pending."""
    kept.call(kept.store.put_secret, "old", token(1))
    assert kept.call(kept.store.stage_secret, "new", token(2), Stage.PENDING)
    assert {"CURRENT": "old", "PENDING": "new"} == kept.texts()

    pending = kept.id_at(Stage.PENDING)
    kept.move(Stage.CURRENT, kept.id_at(Stage.CURRENT), pending)
    kept.move(Stage.PENDING, pending, "")

    assert {"CURRENT": "new", "PREVIOUS": "old"} == kept.texts()
    kept.move(Stage.CURRENT, pending, kept.id_at(Stage.PREVIOUS))  # an undo
    assert {"CURRENT": "old", "PREVIOUS": "new"} == kept.texts()


def test_a_label_that_was_moved_meanwhile_stays(kept: Bound) -> None:
    """Who saw it elsewhere is refused."""
    kept.call(kept.store.put_secret, "one", token(1))
    stale = kept.id_at(Stage.CURRENT)
    kept.call(kept.store.put_secret, "two", token(2))

    with pytest.raises(NotDone):
        kept.move(Stage.CURRENT, stale, kept.id_at(Stage.CURRENT))

    assert {"CURRENT": "two", "PREVIOUS": "one"} == kept.texts()


def claim(kept: Bound, last: str, text: str) -> bool:
    """Claim after *last*."""
    taken = kept.call(kept.store.stage_secret, text, next_token(kept.name, last), Stage.CLAIM)
    assert isinstance(taken, bool)
    return taken


def test_of_two_claims_after_the_same_one_counts(kept: Bound) -> None:
    """Whoever comes second is told so, also late, when others have claimed since."""
    assert claim(kept, "", "first")
    assert not claim(kept, "", "late")
    last = kept.id_at(Stage.CLAIM)
    assert next_token(kept.name, "") == last

    assert claim(kept, last, "second")
    assert claim(kept, last, "second")  # the answer was lost: asked again, by the same run
    assert not claim(kept, last, "other")
    assert not claim(kept, "", "very late")

    assert "second" == kept.texts()["CLAIM"]


def test_claims_at_once(kept: Bound) -> None:
    """Eight operators claim in the same moment, five times over: one is taken each time."""
    last = ""
    for _ in range(5):
        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(lambda n: claim(kept, last, f"run {n}"), range(8)))  # noqa: B023  used at once
        assert 1 == sum(won)
        assert f"run {won.index(True)}" == kept.texts()["CLAIM"]
        last = kept.id_at(Stage.CLAIM)


def test_tags_come_and_go(kept: Bound) -> None:
    """One in place of another of its key; off, also where it is not."""
    kept.call(kept.store.tag_secret, "sendas:since", "AKIAI44QH8DHBEXAMPLE 2026-11-30")
    kept.call(kept.store.tag_secret, "sendas:since", "again")
    assert {**TAGS, "sendas:since": "again"} == kept.seen().tags

    for _ in range(2):
        kept.call(kept.store.untag_secret, "sendas:since")
    assert TAGS == kept.seen().tags


def test_a_list_of_both(sendas_lab: Lab) -> None:
    """Both stores are listed, with tags and without values; a claim is no password."""
    session = sendas_lab.session()
    both = [Bound(session, name) for name in NAMES]
    for one in both:
        one.call(one.store.create_secret, "SES SMTP password", TAGS)
        one.call(one.store.put_secret, "kept", token(1))
        assert claim(one, "", "a claim")
    session.call("ssm", "PutParameter", region=REGION, Name="/other", Value="x", Type="String")

    found = passwords_named(session, REGION, SECRET_PREFIX)

    assert not isinstance(found, NoAnswer)
    assert list(NAMES) == [one.name for one in found]
    assert [TAGS, TAGS] == [one.tags for one in found]
    assert dict.fromkeys(NAMES, "kept") == current_texts(session, REGION, NAMES)


def test_what_is_deleted(kept: Bound) -> None:
    """It is gone or waits for its end; there is nothing to delete any more, and no error."""
    kept.call(kept.store.put_secret, "one", token(1))
    assert claim(kept, "", "a claim")
    for _ in range(2):
        kept.call(kept.store.delete_secret)

    left = kept.call(kept.store.find_secret)
    assert left is None or left.deleted
    if left is not None:
        kept.call(kept.store.restore_secret)
    kept.call(kept.store.create_secret, "anew", TAGS)
    assert not kept.seen().deleted


# Parameter Store alone ------------------------------------------------------------


@pytest.fixture
def parameter(sendas_lab: Lab) -> Bound:
    """An empty one."""
    one = Bound(sendas_lab.session(), NAMES[1])
    one.call(parameters.create_secret, "SES SMTP password", TAGS)
    return one


def test_a_hundred_versions_are_no_end(parameter: Bound) -> None:
    """A hundred passwords that were given up push no labelled one out, and none is refused."""
    parameter.call(parameters.put_secret, "old", token(1))
    parameter.call(parameters.put_secret, "handed out", token(2))

    for number in range(130):
        parameter.call(parameters.stage_secret, f"try {number}", token(9), Stage.PENDING)

    assert {"CURRENT": "handed out", "PREVIOUS": "old", "PENDING": "try 129"} == parameter.texts()


def test_a_hundred_claims_are_no_end(parameter: Bound) -> None:
    """Old claims go by themselves."""
    last = ""
    for number in range(110):
        assert claim(parameter, last, f"run {number}")
        last = parameter.id_at(Stage.CLAIM)

    assert "run 109" == parameter.texts()["CLAIM"]


def test_an_end_between_the_two_labels(parameter: Bound, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was current is current still, and is not told to be the previous one as well."""
    parameter.call(parameters.put_secret, "old", token(1))
    parameter.call(parameters.stage_secret, "new", token(2), Stage.PENDING)
    pending = parameter.id_at(Stage.PENDING)
    call = Session.call

    def dying(
        self: Session, service: str, operation: str, *, region: Region, **params: object
    ) -> Mapping[str, Any]:
        if params.get("Labels") == ["current"]:
            raise KeyboardInterrupt
        return call(self, service, operation, region=region, **params)

    monkeypatch.setattr(Session, "call", dying)
    with pytest.raises(KeyboardInterrupt):
        parameter.move(Stage.CURRENT, parameter.id_at(Stage.CURRENT), pending)
    monkeypatch.undo()

    assert {"CURRENT": "old", "PENDING": "new"} == parameter.texts()
    parameter.move(Stage.CURRENT, parameter.id_at(Stage.CURRENT), pending)
    assert {"CURRENT": "new", "PREVIOUS": "old", "PENDING": "new"} == parameter.texts()


@pytest.mark.parametrize("dies_before", [True, False])
def test_an_undo_that_ends_at_any_call_goes_on(sendas_lab: Lab, *, dies_before: bool) -> None:
    """Which of the two is the other one is known at every moment; at the end no mark is left."""
    session = sendas_lab.session()

    def restored(name: str, dying: Session) -> None:
        one = Bound(dying, name)
        seen = one.seen().versions
        if seen[Stage.CURRENT].text == "new":
            one.move(Stage.CURRENT, seen[Stage.CURRENT].id, seen[Stage.PREVIOUS].id)

    def ready(number: int) -> Bound:
        one = Bound(session, f"/sendas/smtp/example.com/at-{number}")
        one.call(parameters.create_secret, "SES SMTP password", TAGS)
        one.call(parameters.put_secret, "old", token(1))
        one.call(parameters.put_secret, "new", token(2))
        return one

    counting = Mortal(session)
    restored(ready(0).name, counting)
    assert 6 < counting.calls
    for at in range(1, counting.calls + 1):
        one = ready(at)
        with suppress(Killed):  # behind a refusal nobody dies
            restored(one.name, Mortal(session, at=at, before=dies_before))
        between = one.texts()
        assert {"old", "new"} == {between["CURRENT"], between["PREVIOUS"]}, at
        restored(one.name, session)
        assert {"CURRENT": "old", "PREVIOUS": "new"} == one.texts(), at
        one.call(parameters.put_secret, "newer", token(3))
        assert {"CURRENT": "newer", "PREVIOUS": "old"} == one.texts(), at
        history = session.call("ssm", "GetParameterHistory", region=REGION, Name=one.name)
        labels = [label for version in history["Parameters"] for label in version["Labels"]]
        assert ["current", "previous"] == sorted(labels), at


def test_the_value_is_encrypted(parameter: Bound) -> None:
    """A SecureString of the standard kind, which costs nothing; a claim holds no secret."""
    parameter.call(parameters.put_secret, "the password", token(1))
    assert claim(parameter, "", "run")

    raw = parameter.session.call("ssm", "DescribeParameters", region=REGION)["Parameters"]

    assert {NAMES[1]: "SecureString", f"{NAMES[1]}/claim": "String"} == {
        one["Name"]: one["Type"] for one in raw
    }
    assert {"Standard"} == {one["Tier"] for one in raw}


def test_somebody_elses_claim_is_passed_over(parameter: Bound) -> None:
    """What cannot be read as a claim counts for nothing, and stops nobody."""
    parameter.session.call(
        "ssm", "PutParameter", region=REGION, Name=f"{NAMES[1]}/claim", Value="hm", Type="String"
    )

    assert "CLAIM" not in parameter.texts()
    assert claim(parameter, "", "run")
    assert "run" == parameter.texts()["CLAIM"]


def test_silence_is_no_absence(sendas_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not look learns that, not that there is nothing."""
    session = sendas_lab.session()
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "x")

    def refuse(*_: object, **__: object) -> Mapping[str, Any]:
        raise denied

    monkeypatch.setattr(Session, "call", refuse)
    for name in NAMES:
        one = Bound(session, name)
        for found in (one.call(one.store.find_staged), one.call(one.store.find_secret)):
            assert isinstance(found, NoAnswer)
            assert Why.DENIED is found.why
        with pytest.raises(NotDone):
            one.call(one.store.put_secret, "x", token(1))
    assert isinstance(passwords_named(session, REGION, SECRET_PREFIX), NoAnswer)


# Names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("me@example.com", "example.com/me"),
        ("first.last@example.com", "example.com/first.last"),
        ("me+shop@example.com", "example.com/me_2b_shop"),
        ("a_b@example.com", "example.com/a_5f_b"),
        ("a/b@example.com", "example.com/a_2f_b"),
    ],
)
def test_names_of_parameters(address: str, name: str) -> None:
    """Letters, digits, dots and hyphens (Systems Manager API, PutParameter); no two alike."""
    sender = replace(sender_of(Address(address), REGION), store=Named.PARAMETER_STORE)
    assert f"{PARAMETER_PREFIX}{name}" == sender.secret
