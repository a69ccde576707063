"""What sendas raises, and whose fault each is.

A verdict about mail is a value, never an exception: these say that a question
could not be answered.  Every message says what is wrong, where, and how to
mend it, and none ever holds a secret.
"""


class SendasError(Exception):
    """Anything sendas raises on purpose; the CLI prints it on one line."""


class UsageError(SendasError):
    """The caller's input is wrong: nothing was done, exit status 2.

    Subclass it beside the parser that raises it.
    """


class CouldNotLook(SendasError):
    """Nobody answered: no network, no permission, a timeout.  Exit status 3.

    It says nothing about the thing looked at: a timeout is not absence.
    """


class NotAsked(CouldNotLook):
    """It was no part of this run, so nothing is wrong that it is not known.

    The doctor leaves the question out, where any other CouldNotLook makes its
    answer unknown.
    """
