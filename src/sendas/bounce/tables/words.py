"""What mail servers everywhere say, by reason; looked at from top to bottom.

The order matters: a sentence that names the mailbox's size often names the
user too, one that names a block list often says "policy".  Specific before general.
"""

from sendas.bounce.tables.words_message import MESSAGE
from sendas.bounce.tables.words_recipient import RECIPIENT
from sendas.bounce.tables.words_sender import SENDER
from sendas.bounce.tables.words_vague import VAGUE


WORDS = (*MESSAGE, *RECIPIENT, *SENDER, *VAGUE)
"""Looked at when no row of the provider's own decided; general codes come last."""
