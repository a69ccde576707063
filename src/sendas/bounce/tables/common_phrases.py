"""What mail servers everywhere say, by reason; each row says what it is worth.

A sentence that names the mailbox's size often names the user too, one that names a block list
often says "policy": what is specific weighs more.
"""

from sendas.bounce.tables.vague_phrases import VAGUE
from sendas.bounce.tables.words_limits import LIMITS
from sendas.bounce.tables.words_lists import LISTS
from sendas.bounce.tables.words_message import MESSAGE
from sendas.bounce.tables.words_recipient import RECIPIENT
from sendas.bounce.tables.words_sender import SENDER


WORDS = (*MESSAGE, *LISTS, *LIMITS, *RECIPIENT, *SENDER, *VAGUE)
"""Weighed against each other when no row of the provider's own decided."""
