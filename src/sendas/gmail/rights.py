"""What leading somebody through Gmail asks of AWS, beside the credential itself; pure data."""

from sendas.iam.rights import ANYTHING, BUCKET, OBJECTS, Right, Verb, When


_GMAIL = (Verb.GMAIL,)  # asked by confirm and verify, which only look

RIGHTS = (
    Right(
        "Where received mail lies",
        (
            "ses:DescribeActiveReceiptRuleSet",
            "ses:DescribeReceiptRuleSet",
            "ses:ListReceiptRuleSets",
        ),
        (ANYTHING,),
        _GMAIL,
        When.IF_ASKED,
    ),
    Right(
        "Gmail's letter, and the proof, in the mail bucket",
        ("s3:GetObject",),
        (OBJECTS,),
        _GMAIL,
        When.IF_ASKED,
    ),
    Right("Which mails there are", ("s3:ListBucket",), (BUCKET,), _GMAIL, When.IF_ASKED),
    Right(
        "Which way a mail went", ("ses:GetMessageInsights",), (ANYTHING,), _GMAIL, When.IF_ASKED
    ),
)
