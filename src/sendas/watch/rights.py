"""What ``sendas suppression`` and ``sendas trace`` ask of AWS; pure data."""

from sendas.iam.rights import ANYTHING, BUCKET, EVENTS, Right, Verb, When


_SUPPRESSION, _TRACE = (Verb.SUPPRESSION,), (Verb.TRACE,)

RIGHTS = (
    Right(
        "The suppression lists",
        ("ses:GetSuppressedDestination", "ses:ListSuppressedDestinations"),
        (ANYTHING,),
        _SUPPRESSION,
    ),
    Right(
        "Whether the account withholds mail for a reason",
        ("ses:GetAccount",),
        (ANYTHING,),
        _SUPPRESSION,
    ),
    Right(
        "Taking an address off, and putting it back",
        ("ses:DeleteSuppressedDestination", "ses:PutSuppressedDestination"),
        (ANYTHING,),
        _SUPPRESSION,
        When.IF_ASKED,
    ),
    Right("Which days there are events of", ("s3:ListBucket",), (BUCKET,), _TRACE),
    Right("What became of each mail", ("s3:GetObject",), (EVENTS,), _TRACE),
)
