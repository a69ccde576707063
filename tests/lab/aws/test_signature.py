"""Signature Version 4, against botocore's signer."""

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st
from sendas_lab.aws.signature import HttpRequest, is_signed_by, read_authorization


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY = "AKIAIOSFODNN7EXAMPLE"


@given(
    service=st.sampled_from(["ses", "iam", "s3"]),
    path=st.lists(st.sampled_from(["v2", "email", "a%40b.com", "x%20y", "~z"]), max_size=3),
    query=st.lists(st.tuples(st.sampled_from("abC"), st.sampled_from(["", "1", "x%2Fy"]))),
    body=st.binary(max_size=50),
)
def test_agrees_with_botocore(
    service: str, path: list[str], query: list[tuple[str, str]], body: bytes
) -> None:
    """What botocore signs is accepted; another secret or another body is not."""
    where = "/" + "/".join(path)
    asked = "&".join(f"{name}={value}" for name, value in query)
    url = f"http://127.0.0.1:5000{where}" + (f"?{asked}" if asked else "")
    request = AWSRequest("POST", url, data=body, headers={"Host": "127.0.0.1:5000"})
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(Credentials(KEY, SECRET), service, "us-east-2").add_auth(request)
    signed = read_authorization(request.headers["Authorization"])
    assert signed is not None
    assert (signed.key_id, signed.region, signed.service) == (KEY, "us-east-2", service)
    headers = {name.lower(): value for name, value in request.headers.items()}
    seen = HttpRequest("POST", where, asked, headers, body)
    assert is_signed_by(seen, signed, SECRET)
    assert not is_signed_by(seen, signed, SECRET + "\n")
    if service != "s3":
        assert not is_signed_by(
            HttpRequest("POST", where, asked, headers, body + b"x"), signed, SECRET
        )


@given(st.text(max_size=200))
def test_any_header_reads_or_is_none(header: str) -> None:
    """Reading never raises."""
    read_authorization(header)
    read_authorization("AWS4-HMAC-SHA256 Credential=" + header)
