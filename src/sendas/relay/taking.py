"""One mail from its final dot to its reply: looked at, kept, and where asked for, sent at once."""

import asyncio
import logging

from collections.abc import Callable
from dataclasses import dataclass

from sendas.errors import CouldNotLook
from sendas.journal.task import State as Progress
from sendas.mail.address import Address
from sendas.relay.decide.content import Arrival, Prepared, Submitter, prepare
from sendas.relay.decide.notices import About
from sendas.relay.decide.queued import Item, Mail, Step, begun, items_of, token_of
from sendas.relay.decide.senders import shown
from sendas.relay.decide.verdict import explained
from sendas.relay.host import Host
from sendas.relay.mail_queue import NewMail, NotWritten
from sendas.smtp.server.events import Message
from sendas.smtp.server.reply import Fault, Reply


log = logging.getLogger(__name__)

_ON_THE_LOOP = 262_144
"""Bytes of content that are looked at on the loop; more than that in a thread."""
_PATIENCE_SECONDS = 45.0
"""How long a client waits for SES's turn, with `after_ses`, before its mail is queued."""

NOT_STORED = Reply(
    452, "4.3.0", "The mail could not be stored; try again later", fault=Fault.SERVER
)
BROKEN = Reply(451, "4.3.0", "The relay itself broke on this mail", fault=Fault.SERVER)


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a connection speaks for."""

    name: str
    user: str
    label: str
    senders: tuple[str, ...]
    after_ses: bool

    @property
    def submitter(self) -> Submitter:
        """The same, for whoever looks at the mail."""
        return Submitter(self.name, self.senders)


def take(
    relay: Host, message: Message, who: Who, protocol: str, answer: Callable[[Reply], None]
) -> None:
    """Take *message*, which came by *protocol* (RFC 3848), and *answer* when that is decided."""
    if len(message.content) <= _ON_THE_LOOP and not who.after_ses:
        _small(relay, message, who, protocol, answer)
    else:
        relay.keep(relay.loop.create_task(_large(relay, message, who, protocol, answer)))


def _arrival(relay: Host, mail_id: int, protocol: str) -> Arrival:
    return Arrival(relay.host, token_of(mail_id), protocol, relay.clock())


def _small(
    relay: Host, message: Message, who: Who, protocol: str, answer: Callable[[Reply], None]
) -> None:
    """On the loop, without a task: there are thousands a second."""
    mail_id = relay.queue.new_id(relay.clock())
    try:
        found = prepare(
            message.content, who.submitter, message.mail.reverse_path,
            _arrival(relay, mail_id, protocol),
        )  # fmt: skip
        if isinstance(found, Reply):
            relay.figures.refused += 1
            answer(found)
            return
        new = _queued(relay, message, found, who, mail_id)
        kept = relay.queue.take(new)
    except Exception:
        log.exception("a mail could not be looked at")
        answer(BROKEN)
        return
    kept.add_done_callback(lambda done: answer(_kept(relay, done, new)))


def _kept(relay: Host, done: "asyncio.Future[None]", new: NewMail) -> Reply:
    """The mail is on disk, or it is not."""
    error = None if done.cancelled() else done.exception()
    if done.cancelled() or error is not None:
        log.error("a mail was not stored: %s", error)
        return NOT_STORED
    relay.took(new.mail, new.items)
    return _taken(new.mail)


def _taken(mail: Mail) -> Reply:
    return Reply(250, "2.0.0", f"Ok: queued as {mail.token}")


def _queued(relay: Host, message: Message, found: Prepared, who: Who, mail_id: int) -> NewMail:
    given = message.mail.parameters
    mail = Mail(
        mail_id, relay.clock(), who.name, who.user, who.label, message.mail.reverse_path,
        found.author, found.size, found.message_id[:998], given.envid, given.ret,
    )  # fmt: skip
    about = [
        About(Address(one.forward_path), one.parameters.notify, one.parameters.orcpt)
        for one in message.recipients
    ]
    return NewMail(mail, items_of(mail, about), (found.head, found.body))


async def _large(
    relay: Host, message: Message, who: Who, protocol: str, answer: Callable[[Reply], None]
) -> None:
    """A large mail, or one whose client waits for SES: in threads, step by step."""
    try:
        reply = await _by_steps(relay, message, who, protocol)
    except NotWritten as error:
        log.error("a mail was not stored: %s", error)  # noqa: TRY400  no trace: it is the disk
        reply = NOT_STORED
    except Exception:
        log.exception("a mail broke the relay")
        reply = BROKEN
    if not reply.positive:
        relay.figures.refused += reply.permanent
    answer(reply)


async def _by_steps(relay: Host, message: Message, who: Who, protocol: str) -> Reply:
    mail_id = relay.queue.new_id(relay.clock())
    found = await asyncio.to_thread(
        prepare, message.content, who.submitter, message.mail.reverse_path,
        _arrival(relay, mail_id, protocol),
    )  # fmt: skip
    if isinstance(found, Reply):
        return found
    new = _queued(relay, message, found, who, mail_id)
    if who.after_ses and len(new.items) == 1:
        item = begun(new.items[0], relay.clock())
        await relay.queue.take(new._replace(items=(item,)), waited=True)
        return await _at_once(relay, new.mail, item)
    await relay.queue.take(new)
    relay.took(new.mail, new.items)
    return _taken(new.mail)


async def _at_once(relay: Host, mail: Mail, item: Item) -> Reply:
    """SES's answer as the reply to a client that waits for it.

    What SES took is never refused because our disk is: the client would send it again.
    """
    delivery = relay.delivery
    try:
        step = await delivery.at_once(item, _PATIENCE_SECONDS)
    except BaseException:
        _forget(relay, mail)  # the client hears no 250, and keeps it
        raise
    (now,) = step.items if step and len(step.items) == 1 else (None,)
    if now is not None and now.task.state is Progress.REFUSED:
        _forget(relay, mail)
        report, status = explained(now.task.answer, item.recipients[0])
        text = f"SES refused it: {_said(now.task.answer)}. {report.explanation}"
        return Reply(554, status, text[:480], log="refused by SES", fault=Fault.UPSTREAM)
    if step is not None and now is not None and now.task.state is Progress.DONE:
        relay.keep(relay.loop.create_task(delivery.settle_surely(item, step)))
        relay.took(mail, ())
        return Reply(250, "2.0.0", f"Ok: SES took it as {shown(now.task.answer)}")
    # From here on it is ours, if the disk takes it; where it does not, the client keeps it.
    again = item._replace(task=item.task._replace(state=Progress.DUE), attempts=0)
    try:
        await delivery.settle(item, step or Step((again,)))
    except CouldNotLook:
        _forget(relay, mail)
        raise
    relay.took(mail, () if step else (again,))
    return _taken(mail)


def _forget(relay: Host, mail: Mail) -> None:
    """Drop a mail that its client keeps, however long the disk refuses; a start drops it, too."""

    async def insist() -> None:
        while not relay.stopping:
            try:
                await relay.queue.drop(mail.id)
            except CouldNotLook:
                await asyncio.sleep(1.0)
            else:
                return

    relay.keep(relay.loop.create_task(insist()))


def _said(said: str) -> str:
    """SES's words for a reply line."""
    return shown(said)[:300].rstrip(".")
