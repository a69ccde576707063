"""Every provider that is neither Google nor Microsoft."""

from sendas.bounce.tables.gateways import GATEWAYS
from sendas.bounce.tables.mailboxes import MAILBOXES
from sendas.bounce.tables.published import PUBLISHED
from sendas.bounce.tables.regional import REGIONAL


OTHERS = (*PUBLISHED, *MAILBOXES, *GATEWAYS, *REGIONAL)
