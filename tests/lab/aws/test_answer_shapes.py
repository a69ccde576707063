"""The check of answers against botocore's shapes sees what it is for."""

import botocore.session
import pytest

from tests.support.answer_shapes import faults


MODELS = botocore.session.get_session()
ACCOUNT = (
    b'{"SendQuota": {"Max24HourSend": 200.0}, "SendingEnabled": true,'
    b' "ProductionAccessEnabled": false}'
)
TOPICS = (
    b'<ListTopicsResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListTopicsResult>'
    b"<Topics><member><TopicArn>a</TopicArn></member></Topics></ListTopicsResult>"
    b"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListTopicsResponse>"
)
BUCKETS = (
    b'<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets><Bucket>'
    b"<CreationDate>2026-01-02T03:04:05.000Z</CreationDate><Name>b</Name></Bucket></Buckets>"
    b"</ListAllMyBucketsResult>"
)


@pytest.mark.parametrize(
    ("service", "operation", "body", "found"),
    [
        ("sesv2", "GetAccount", ACCOUNT, []),
        ("sesv2", "GetAccount", b"", []),
        ("sesv2", "GetAccount", ACCOUNT.replace(b"200.0", b'"200"'),
         ["/SendQuota/Max24HourSend: str for double"]),
        ("sesv2", "GetAccount", ACCOUNT.replace(b"true", b"1"),
         ["/SendingEnabled: int for boolean"]),
        ("sesv2", "GetAccount", ACCOUNT.replace(b"200.0", b"null"),
         ["/SendQuota/Max24HourSend: null"]),
        ("sesv2", "GetAccount", ACCOUNT.replace(b"SendingEnabled", b"Enabled"),
         ["/Enabled: extra"]),
        ("sesv2", "ListTagsForResource", b"{}", ["/Tags: missing"]),
        ("sesv2", "ListTagsForResource", b'{"Tags": {}}', ["/Tags: no list"]),
        ("sesv2", "ListTagsForResource", b'{"Tags": [{"Key": "a"}]}', ["/Tags/0/Value: missing"]),
        ("sns", "ListTopics", TOPICS, []),
        ("sns", "ListTopics", TOPICS.replace(b"member", b"entry"), ["/Topics/entry: extra"]),
        ("sns", "ListTopics", TOPICS.replace(b"TopicArn", b"Arn"), ["/Topics/0/Arn: extra"]),
        ("sns", "ListTopics", TOPICS.replace(b"ListTopicsResult", b"Result"),
         ["ListTopicsResult: missing"]),
        ("s3", "ListBuckets", BUCKETS, []),
        ("s3", "ListBuckets", BUCKETS.replace(b"T03:04:05.000Z", b""),
         ["/Buckets/0/CreationDate: '2026-01-02' for timestamp"]),
        ("s3", "ListBuckets", BUCKETS.replace(b"<Name>b</Name>", b"<Nom>b</Nom>"),
         ["/Buckets/0/Nom: extra"]),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_the_model_s_is_told(
    service: str, operation: str, body: bytes, found: list[str]
) -> None:
    """Extra, missing, null, of another type; in JSON and in both kinds of XML."""
    model = MODELS.get_service_model(service)

    assert found == faults(model.operation_model(operation), model.protocol, body)
