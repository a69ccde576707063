"""What received mail and answers ask of AWS: of the operator, and of the function; pure data."""

from sendas.forward.rights import ALIASES, BESIDE, EACH_MAIL, RECORDS, ROUTES
from sendas.iam.rights import ALIAS_KEYS, ANYTHING, BUCKET, FUNCTION, OBJECTS, Right, Verb, When


_MAIL, _REPLY = (Verb.MAIL,), (Verb.REPLY,)

RIGHTS = (
    Right("Where received mail lies", ("ses:DescribeActiveReceiptRuleSet",), (ANYTHING,), _MAIL),
    Right("Which mails there are", ("s3:ListBucket",), (BUCKET,), _MAIL),
    Right("A mail, and its record", ("s3:GetObject",), (OBJECTS,), _MAIL),
    Right("Routes, written by hand", ("s3:PutObject",), (ROUTES,), _MAIL, When.IF_ASKED),
    Right(
        "Released and delivered again by the forwarder itself",
        ("lambda:InvokeFunction",),
        (FUNCTION,),
        _MAIL,
        When.IF_ASKED,
    ),
    # Answers ----------------------------------------------------------------------
    Right(
        "The keys that sign aliases",
        ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
        (ALIAS_KEYS,),
        _REPLY,
    ),
    Right(
        "A new key, or one that is believed no more",
        ("secretsmanager:PutSecretValue",),
        (ALIAS_KEYS,),
        _REPLY,
        When.IF_ASKED,
    ),
    # Also so that what is not there yet is absent, and not denied (S3 API, GetObject).
    Right("Which answers there were", ("s3:ListBucket",), (BUCKET,), _REPLY),
    Right("What became of answers", ("s3:GetObject",), (RECORDS,), _REPLY),
    Right("What is closed or paused", ("s3:GetObject",), (ALIASES,), _REPLY),
    Right(
        "Closing and pausing, and addresses too long for an alias",
        ("s3:PutObject",),
        (ALIASES,),
        _REPLY,
        When.IF_ASKED,
    ),
    Right(
        "Whether SES would send to a correspondent",
        ("ses:GetSuppressedDestination",),
        (ANYTHING,),
        _REPLY,
        When.IF_ASKED,
    ),
    *EACH_MAIL,
    *BESIDE,
)
