"""What ``sendas suppression`` asks of AWS; pure data."""

from sendas.iam.rights import ANYTHING, Right, Verb, When


_SUPPRESSION = (Verb.SUPPRESSION,)

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
)
