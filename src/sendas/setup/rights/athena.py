"""What CloudFormation does with Glue and Athena in the operator's name; pure data."""

from sendas.iam.rights import BUCKET, Right, Verb, When


_CATALOG = (
    "arn:{partition}:glue:{region}:{account}:catalog",
    "arn:{partition}:glue:{region}:{account}:database/sendas_*",
    "arn:{partition}:glue:{region}:{account}:table/sendas_*/*",
    # Deleting a database deletes its functions; there are none.
    "arn:{partition}:glue:{region}:{account}:userDefinedFunction/sendas_*/*",
)
_WORK_GROUP = "arn:{partition}:athena:{region}:{account}:workgroup/{root}"

ATHENA = (
    Right(
        "The history as a table, if [watch] athena = true",
        (
            "glue:CreateDatabase",
            "glue:CreateTable",
            "glue:GetDatabase",
            "glue:GetTable",
            "glue:UpdateDatabase",
            "glue:UpdateTable",
        ),
        _CATALOG,
        (Verb.APPLY,),
        When.IF_ASKED,
    ),
    Right(
        "The history as a table, if [watch] athena = true",
        ("glue:DeleteDatabase", "glue:DeleteTable", "glue:GetDatabase", "glue:GetTable"),
        _CATALOG,
        (Verb.APPLY, Verb.DESTROY),
        When.IF_ASKED,
    ),
    Right(
        "Questions about it",
        (
            "athena:CreateNamedQuery",
            "athena:CreateWorkGroup",
            "athena:GetNamedQuery",
            "athena:GetWorkGroup",
            "athena:UpdateNamedQuery",
            "athena:UpdateWorkGroup",
        ),
        (_WORK_GROUP,),
        (Verb.APPLY,),
        When.IF_ASKED,
    ),
    Right(
        "Questions about it",
        (
            "athena:DeleteNamedQuery",
            "athena:DeleteWorkGroup",
            "athena:GetNamedQuery",
            "athena:GetWorkGroup",
        ),
        (_WORK_GROUP,),
        (Verb.APPLY, Verb.DESTROY),
        When.IF_ASKED,
    ),
    Right(
        "The stack's tags on them",
        ("athena:TagResource",),
        ("arn:{partition}:athena:{region}:{account}:*",),
        (Verb.APPLY,),
        When.IF_ASKED,
    ),
    Right("Where answers lie", ("s3:GetBucketLocation",), (BUCKET,), (Verb.APPLY,), When.IF_ASKED),
)
