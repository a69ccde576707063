"""Every resource type the lab's CloudFormation makes."""

from collections.abc import Mapping

from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, nothing
from sendas_lab.cloudformation.types import (
    asking,
    awslambda,
    iam,
    observing,
    route53,
    s3,
    ses,
    sns,
    sqs,
    storing,
)


def _make_nothing(work: Work, _properties: Properties) -> Made:
    return Made(work.name())


def _change_nothing(_work: Work, made: Made, _wanted: Properties, _before: Properties) -> Made:
    return made


_NOTHING = Provider(
    "AWS::CloudFormation::WaitConditionHandle",
    frozenset(),
    _make_nothing,
    nothing,
    _change_nothing,
)

_CDK = Provider("AWS::CDK::Metadata", frozenset(), _make_nothing, nothing, _change_nothing)

PROVIDERS: Mapping[str, Provider] = {
    one.type: one
    for one in (
        *asking.PROVIDERS,
        *awslambda.PROVIDERS,
        *iam.PROVIDERS,
        *observing.PROVIDERS,
        *route53.PROVIDERS,
        *s3.PROVIDERS,
        *ses.PROVIDERS,
        *sns.PROVIDERS,
        *sqs.PROVIDERS,
        *storing.PROVIDERS,
        _NOTHING,
        _CDK,
    )
}
