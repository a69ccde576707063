"""Why AWS gave no answer: its errors, and botocore's, in our closed vocabulary.

The code of an error decides, its HTTP status only where nobody has heard of
the code: `sendas.aws_errors`.
"""

import re

from botocore import exceptions as botocore_errors

from sendas.aws_errors import meaning
from sendas.outcome import NoAnswer, Why


_BY_TYPE: tuple[tuple[type[Exception], Why], ...] = (
    (botocore_errors.ConnectTimeoutError, Why.TIMEOUT),
    (botocore_errors.ReadTimeoutError, Why.TIMEOUT),
    (botocore_errors.NoCredentialsError, Why.NO_CREDENTIALS),
    (botocore_errors.CredentialRetrievalError, Why.NO_CREDENTIALS),
    (botocore_errors.SSOError, Why.NO_CREDENTIALS),
    (botocore_errors.ResponseStreamingError, Why.SERVER_FAILURE),
    (botocore_errors.HTTPClientError, Why.UNREACHABLE),
    (botocore_errors.ConnectionError, Why.UNREACHABLE),
    (botocore_errors.EndpointProviderError, Why.UNREACHABLE),
    (botocore_errors.UnknownEndpointError, Why.UNREACHABLE),
)

_KEY_ID = re.compile(r"\bA[KS]IA[A-Z0-9]{8,}([A-Z0-9]{4})\b")
_LONGEST_DETAIL = 240


def no_answer(error: Exception, action: str) -> NoAnswer:
    """What *error* means for whoever asked; *action* is IAM's name of the question.

    The detail begins with the action, so that a missing permission can be
    granted; whole access key ids are never in it.
    """
    if isinstance(error, botocore_errors.ClientError):
        said = error.response.get("Error", {})
        code, message = str(said.get("Code", "")), str(said.get("Message", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        detail = f"{action}: {code}: {shorten(message)}".rstrip(": ")
        return NoAnswer(meaning(code, status).why, detail, code)
    why = next((why for kind, why in _BY_TYPE if isinstance(error, kind)), Why.SERVER_FAILURE)
    return NoAnswer(why, f"{action}: {shorten(str(error))}")


def error_code(error: Exception) -> str:
    """AWS's own code for *error*; empty if it is not AWS that speaks."""
    if isinstance(error, botocore_errors.ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return ""


def shorten(text: str) -> str:
    """The first line of *text*, of bounded length, key ids cut to their last four."""
    line = next(iter(text.strip().splitlines()), "")
    line = _KEY_ID.sub(r"…\1", line)
    return line if len(line) <= _LONGEST_DETAIL else f"{line[:_LONGEST_DETAIL]}…"
