"""What `sendas doctor --prove` asks of AWS beside what the doctor asks; pure data."""

from sendas.iam.rights import BUCKET, IDENTITY, OBJECTS, Right, Verb


_PROVE = (Verb.PROVE,)
_ANNOUNCED = "arn:{partition}:s3:::{bucket}/sendas/rate/prove/*"

RIGHTS = (
    Right("Whether a proof has been stored", ("s3:ListBucket",), (BUCKET,), _PROVE),
    Right("Which mail is it, and its record", ("s3:GetObject",), (OBJECTS,), _PROVE),
    Right("Announce a proof", ("s3:PutObject",), (_ANNOUNCED,), _PROVE),
    Right("Take it away again", ("s3:DeleteObject",), (OBJECTS,), _PROVE),
    Right(
        "Send it by SES where port 25 is blocked",
        ("ses:SendEmail", "ses:SendRawEmail"),
        (IDENTITY,),
        _PROVE,
    ),
)
