"""The lean import of botocore's signer: the same signatures, and nothing left behind."""

import json
import subprocess
import sys

from datetime import UTC, datetime

import botocore.auth
import pytest

from sendas.aws.signer import AwsKey, Signer


KEY = AwsKey("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TOKEN = AwsKey("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "token/+=")
REQUESTS = (
    ("s3", "GET", "https://mail.s3.us-east-1.amazonaws.com/a%20b%2Bc", {}, ""),
    ("s3", "PUT", "http://127.0.0.1:5000/mail/state/x.json", {"If-None-Match": "*"}, "{}"),
    ("s3", "GET", "https://mail.s3.us-east-1.amazonaws.com/?list-type=2&prefix=a%2Fb", {}, ""),
    (
        "ses",
        "POST",
        "https://email.us-east-1.amazonaws.com/v2/email/outbound-emails",
        {},
        "x" * 99,
    ),
    ("sqs", "POST", "https://sqs.us-east-1.amazonaws.com/", {"X-Amz-Target": "AmazonSQS.X"}, "{}"),
)
CHILD = """
import json, sys
from sendas.aws import signer
at, requests = json.load(sys.stdin)
signed = []
for key in (signer.AwsKey(*%r), signer.AwsKey(*%r)):
    one = signer.Signer(key, "us-east-1")
    one._auth.get_current_datetime = lambda: __import__("datetime").datetime.fromisoformat(at)
    signed += [one.headers(s, m, u, h, b.encode()) for s, m, u, h, b in requests]
    signed.append(one.presigned("https://mail.s3.us-east-1.amazonaws.com/key", 600))
heavy = [n for n in sys.modules if n.split(".")[0] in {"botocore", "urllib3", "dateutil", "boto3"}]
tainted = [
    f"{n}.{k}" for n, m in list(sys.modules.items()) for k, v in list(vars(m).items())
    if isinstance(v, (signer._HeldBack, signer._Nothing))
]
import botocore.session, shlex, tempfile, xml.etree.ElementTree, urllib.request
botocore.session.Session().create_client(
    "s3", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
).generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
print(json.dumps([signed, heavy, tainted]))
"""


@pytest.fixture(scope="module")
def lean() -> list[list[object]]:
    """What a process that has nothing of botocore yet makes of the requests."""
    code = CHILD % (
        (KEY.access_key, KEY.secret_key, KEY.token),
        (TOKEN.access_key, TOKEN.secret_key, TOKEN.token),
    )
    asked = json.dumps(["2026-01-02T03:04:05+00:00", REQUESTS])
    done = subprocess.run(  # noqa: S603  this very Python, and our own code
        [sys.executable, "-c", code], input=asked, capture_output=True, text=True, check=True
    )
    found: list[list[object]] = json.loads(done.stdout)
    return found


def test_signs_as_botocore_does(lean: list[list[object]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Botocore imported whole signs every request alike, with and without a session token."""
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: at)
    expected: list[object] = []
    for key in (KEY, TOKEN):
        signer = Signer(key, "us-east-1")
        expected += [signer.headers(s, m, u, h, b.encode()) for s, m, u, h, b in REQUESTS]
        expected.append(signer.presigned("https://mail.s3.us-east-1.amazonaws.com/key", 600))

    assert expected == lean[0]


def test_leaves_nothing_behind(lean: list[list[object]]) -> None:
    """No module of botocore's stays, no other module holds an empty one; botocore works after."""
    assert [[], []] == lean[1:]


def test_never_shows_the_secret() -> None:
    """The repr of a key has its id alone."""
    assert "wJalr" not in repr(TOKEN)
    assert "token/" not in repr(TOKEN)
