"""What leading somebody through Gmail asks of AWS, beside the credential itself; pure data."""

from sendas.iam.rights import ANYTHING, BUCKET, OBJECTS, Right, Verb


_GMAIL = (Verb.GMAIL,)

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
    ),
    Right(
        "Gmail's letter, and the proof, in the mail bucket", ("s3:GetObject",), (OBJECTS,), _GMAIL
    ),
    Right("Which mails there are", ("s3:ListBucket",), (BUCKET,), _GMAIL),
    Right("Which way a mail went", ("ses:GetMessageInsights",), (ANYTHING,), _GMAIL),
)
