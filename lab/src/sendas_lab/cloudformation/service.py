"""CloudFormation's API: every operation that is modelled."""

from sendas.ses.regions import Region
from sendas_lab.aws.answers import not_modelled
from sendas_lab.cloudformation import change_sets, describing, drift, operations
from sendas_lab.cloudformation.account_stacks import Caller, CloudFormation, Given, refused
from sendas_lab.cloudformation.template import TemplateError
from sendas_lab.ses.ports import StoredKey


_SERVICE = "cloudformation"
_HANDLERS = {
    **operations.HANDLERS,
    **describing.HANDLERS,
    **change_sets.HANDLERS,
    **drift.HANDLERS,
}


def answer(
    cf: CloudFormation, operation: str, given: Given, region: Region, key: StoredKey
) -> Given:
    """One call.

    Raises:
        AwsError: Refused, or not modelled.
    """
    handler = _HANDLERS.get(operation)
    if handler is None:
        raise not_modelled(_SERVICE, operation)
    try:
        with cf.lock:
            return handler(cf, given, Caller(region, key))
    except TemplateError as error:
        raise refused(str(error)) from error
    except KeyError as error:
        text = (
            f"1 validation error detected: Value null at '{error.args[0]}' failed to satisfy"
            " constraint: Member must not be null"
        )
        raise refused(text) from error
