"""Keys and their last use, by the lean client and by botocore: the same, whatever happens.

What is right is what botocore's own parser makes of the same answers.
"""

from collections.abc import Iterator

import pytest

from ports import free_port
from sendas_lab.world import Lab

from sendas.aws import principals
from sendas.aws.key_reader import KeyReader
from sendas.aws.session import Session, open_session
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


HERE = Region("eu-west-1")
SHOP, NOBODY = "shop+co=b@example.com", "nobody"
LIST, LAST = "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """An account with a user of two keys: one was used, the other is inactive."""
    with Lab(region=HERE) as running:
        session = running.session()
        session.call("iam", "CreateUser", region=HERE, UserName=SHOP)
        used, other = (
            session.call("iam", "CreateAccessKey", region=HERE, UserName=SHOP)["AccessKey"]
            for _ in range(2)
        )
        theirs = running.environment() | {
            "AWS_ACCESS_KEY_ID": used["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": used["SecretAccessKey"],
        }
        open_session(None, theirs).ask("sts", "GetCallerIdentity", region=HERE)
        session.call(
            "iam", "UpdateAccessKey",
            region=HERE, UserName=SHOP, AccessKeyId=other["AccessKeyId"], Status="Inactive",
        )  # fmt: skip
        yield running


@pytest.fixture
def session(lab: Lab) -> Iterator[Session]:
    """The owner's."""
    yield lab.session()
    lab.aws.faults.clear()


def test_the_lean_client_tells_what_botocore_tells(lab: Lab, session: Session) -> None:
    """Ids, dates, uses, the never used one, and nothing of a user who is not there."""
    reader = KeyReader(session, HERE, lab.environment())

    keys = reader.keys_in_use(SHOP)

    assert not isinstance(keys, NoAnswer)
    assert keys == principals.keys_in_use(session, HERE, SHOP)
    assert {(True, "sts"), (False, None)} == {
        (key.active, key.used.service if key.used else None)
        for key in keys
        if not isinstance(key.used, NoAnswer)
    }
    assert () == reader.keys_in_use(NOBODY)


@pytest.mark.parametrize("action", [LIST, LAST])
def test_what_is_refused_is_refused(lab: Lab, session: Session, action: str) -> None:
    """A denial is told in botocore's words, for the list or for the one key's last use."""
    reader = KeyReader(session, HERE, lab.environment())
    lab.aws.faults.deny(action)

    keys = reader.keys_in_use(SHOP)

    assert keys == principals.keys_in_use(session, HERE, SHOP)
    silences = [keys] if isinstance(keys, NoAnswer) else [key.used for key in keys]
    assert all(isinstance(one, NoAnswer) and one.why is Why.DENIED for one in silences)


def test_behind_a_proxy_botocore_asks(
    lab: Lab, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the lean client does not come through, all is told the same."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    with monkeypatch.context() as patched:
        patched.setattr(session, "endpoint_of", lambda *_: nowhere)
        reader = KeyReader(session, HERE, lab.environment())

    assert reader.keys_in_use(SHOP) == principals.keys_in_use(session, HERE, SHOP)
    lab.aws.faults.deny(LIST)
    assert isinstance(reader.keys_in_use(SHOP), NoAnswer)
