"""RX105: the function that mail comes to can run.

Asks: does each function on the road exist, is it active, is its concurrency not
set to 0, and does its policy let the one that calls it do so?

Why it matters: SES, S3, SNS and SQS accept the mail all the same; it then waits
or is dropped, and the sender hears nothing.

How to mend: put the function back, lift the limit, or add the permission.

Source: RULES RX-08; Lambda API, GetFunctionConfiguration, PutFunctionConcurrency,
AddPermission.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._mend import rule_arn
from sendas.doctor.rules.receive._road import (
    Called,
    Start,
    Unseen,
    called,
    function,
    name_of,
    start,
    whole_function,
)  # fmt: skip
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.outcome import see
from sendas.ses.receiving import LambdaAction
from sendas.ses.road import Function


_POLLED = "sqs"
"""Lambda reads a queue by the function's own role; nobody invokes it."""


def judge(evidence: Evidence) -> Verdict | None:
    """Whether every function that is called answers."""
    begin, unseen = start(evidence), Unseen()
    if begin is None:
        return None
    calls = called(evidence, begin, unseen)
    for call in calls:
        with unseen:
            if broken := _broken(evidence, begin, call, function(evidence, call.arn)):
                return broken
    unseen.tell()
    if not calls:
        return None
    names = ", ".join(dict.fromkeys(name_of(call.arn) for call in calls))
    return Verdict(Status.OK, f"{names} can run")


def _broken(evidence: Evidence, begin: Start, call: Called, standing: Function) -> Verdict | None:
    name = name_of(call.arn)
    asked = f"GetFunctionConfiguration {name}"
    if not standing.exists:
        return _fail(
            f"The function {name} that mail comes to does not exist",
            Exhibit(asked, "no such function"),
            Help(
                "Put the function back: `sendas apply` does it for a stack of its own.  What "
                "waits in the queue is then worked on by itself."
            ),
        )
    if standing.state not in {"Active", "Inactive"}:  # Inactive: it wakes at the next call
        return _fail(
            f"The function {name} cannot run: it is {standing.state}",
            Exhibit(asked, standing.state),
            Help(
                "Put the function's code in anew: `sendas apply` does it for a stack of its own."
            ),
        )
    if standing.concurrency == 0:
        return _fail(
            f"The function {name} is switched off",
            Exhibit(f"GetFunctionConcurrency {name}", "0"),
            Help(
                "Take the limit away.",
                commands=(
                    aws(
                        "lambda delete-function-concurrency",
                        region=begin.region,
                        function_name=name,
                    ),
                ),
                applies=Applies.AUTO,
            ),
        )
    if call.by != _POLLED and not _lets_in(evidence, begin, call, standing):
        return _fail(
            f"The function {name} does not let {call.by} call it",
            Exhibit(f"GetPolicy {name}", "no statement lets it"),
            Help("Add the permission.", commands=(_permit(evidence, begin, call, name),)),
        )
    return None


def _fail(title: str, exhibit: Exhibit, mend: Help) -> Verdict:
    cause = "Mail is taken and then waits or is dropped, and no sender hears of it."
    return Verdict(Status.FAIL, title, cause, (exhibit,), (mend,))


def _lets_in(evidence: Evidence, begin: Start, call: Called, standing: Function) -> bool:
    account = see(evidence.caller, "GetCallerIdentity").account_id
    text = standing.policy
    documents = (PolicyDocument("function policy", Source.FUNCTION, text),) if text else ()
    sources = (call.source,) if call.source else _rules(begin, call, account)
    return all(
        decide(
            documents,
            Request(
                "lambda:InvokeFunction",
                (standing.arn,),
                call.by,
                {"aws:SourceAccount": (account,), "aws:SourceArn": (source,)},
            ),
        ).allowed
        for source in sources
    )


def _rules(begin: Start, call: Called, account: str) -> tuple[str, ...]:
    """The rules in whose name SES calls the function."""
    return tuple(
        rule_arn(begin.region, account, begin.active.name, rule.name)
        for rule in begin.active.rules
        if any(isinstance(a, LambdaAction) and a.function_arn == call.arn for a in rule.actions)
    )


def _permit(evidence: Evidence, begin: Start, call: Called, name: str) -> str:
    account = see(evidence.caller, "GetCallerIdentity").account_id
    source = {"source_arn": call.source} if call.source else {}
    # The policy of an alias is its own (Lambda guide, "Using aliases in permission policies").
    alias = call.arn[len(whole_function(call.arn)) + 1 :]
    if alias:
        source["qualifier"] = alias
    return aws(
        "lambda add-permission",
        region=begin.region,
        function_name=name,
        statement_id=f"mail-from-{call.by.partition('.')[0]}",
        action="lambda:InvokeFunction",
        principal=call.by,
        source_account=account,
        **source,
    )


RULE = Rule(
    code="RX105",
    title="The function that mail comes to can run",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
