"""One mail handed to SES, by a thread: what it answers, or what kept us from asking."""

import asyncio
import logging

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sendas.aws.refusals import AwsFailure, NoReply
from sendas.aws.submitting import Submission, Submitting
from sendas.errors import CouldNotLook
from sendas.history.line import LABEL_TAG, USER_TAG
from sendas.relay.decide.queued import Alarm, Done, Item
from sendas.relay.decide.verdict import Answer, Then, judge_failure, written
from sendas.relay.mail_queue import MailQueue


log = logging.getLogger(__name__)


class Asking:
    """Calls to SES, a few at once."""

    def __init__(
        self,
        queue: MailQueue,
        ses: Submitting,
        configuration_set: str,
        calls: int,
        tell: Callable[[Alarm], None],
    ) -> None:
        self._queue, self._ses, self._tell = queue, ses, tell
        self._configuration_set = configuration_set
        self._threads = ThreadPoolExecutor(calls, thread_name_prefix="relay-ses")

    async def ask(self, item: Item) -> Answer | Done:
        """Hand *item*, which is begun, to SES.  Whatever breaks becomes an answer, too."""
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self._send, item
            )
        except CouldNotLook as error:
            # The content: SES was not asked.
            self._tell(Alarm("queue-not-read", str(error)))
            return Answer(Then.LATER, "QueueNotRead", "the relay could not read its queue")
        except Exception:
            words = f"a call for mail {item.mail.token} broke"
            log.exception(words)
            self._tell(Alarm("delivery-broke", f"{words}; the log has more"))
            return Answer(Then.UNKNOWN, "no answer", "the relay itself broke on it")

    def close(self) -> None:
        """Ask nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, item: Item) -> Answer | Done:
        """In a thread."""
        content = self._queue.content(item.mail.id)
        if content is None:
            return Answer(Then.REFUSED, "ContentGone", "the content is not in the queue any more")
        submission = submission_of(item, self._configuration_set)
        try:
            return Done(written(self._ses.send(submission, (content,))))
        except NoReply as error:
            return judge_failure(error.code, error.text, 0, item.recipients, sent=error.sent)
        except AwsFailure as error:
            return judge_failure(error.code, error.text, error.status, item.recipients)


def submission_of(item: Item, configuration_set: str) -> Submission:
    """The call for *item*; its tags say in SES's events, and in `sendas trace`, who sent it."""
    mail = item.mail
    tags = {USER_TAG: _tag(mail.user), LABEL_TAG: _tag(mail.label)}
    return Submission(
        mail.reverse_path or mail.author,
        item.recipients,
        configuration_set=configuration_set,
        tags={name: value for name, value in tags.items() if value},
    )


def _tag(text: str) -> str:
    """As SES's tags may be: ASCII letters, digits, ``_-.@`` (API v2, MessageTag)."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_-.@") else "_" for c in text)
    return kept[:256]
