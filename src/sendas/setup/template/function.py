"""What each function of the stack needs: its runtime, its log, its role, its daily clock."""

from sendas.setup.template.document import Resource, Resources, Value, allow, att, policy, ref


RUNTIME = "python3.13"
MEMORY_MB = 512
"""Holds a mail of 40 MB with room to spare; below, Lambda also gives less of a processor."""
_LOG_DAYS = 90


def function_log(name: str) -> Resource:
    """The log group *name*."""
    return Resource("AWS::Logs::LogGroup", {"LogGroupName": name, "RetentionInDays": _LOG_DAYS})


def function_role(name: str, granted: Value, *, why: str) -> Resource:
    """A role that Lambda alone takes, with one policy."""
    trust = allow(["sts:AssumeRole"], [], sid="LambdaRunsIt", service="lambda.amazonaws.com")
    return Resource(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": policy(trust),
            "Policies": [{"PolicyName": name, "PolicyDocument": granted}],
        },
        why=why,
    )


def daily_clock(  # noqa: PLR0913  each part has its name
    of: str, name: str, at: str, *, rule: str, permission: str, why: str
) -> Resources:
    """The rule *name* of EventBridge that calls the function *of*, and what lets it.

    *of*, *rule* and *permission* are logical ids; *at* is when, as EventBridge writes it.
    """
    return {
        rule: Resource(
            "AWS::Events::Rule",
            {
                "Name": name,
                "ScheduleExpression": at,
                "State": "ENABLED",
                "Targets": [{"Id": of.lower(), "Arn": att(of, "Arn")}],
            },
            why=why,
        ),
        permission: Resource(
            "AWS::Lambda::Permission",
            {
                "FunctionName": ref(of),
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": att(rule, "Arn"),
            },
        ),
    }
