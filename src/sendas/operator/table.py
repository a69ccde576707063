"""The one table of rights: what each room states beside what calls AWS, gathered."""

from sendas.credentials import rights as credentials_rights
from sendas.doctor import rights as doctor_rights
from sendas.gmail import rights as gmail_rights
from sendas.inbound import rights as inbound_rights
from sendas.prove import rights as prove_rights
from sendas.relay import rights as relay_rights
from sendas.setup import rights as setup_rights
from sendas.watch import rights as watch_rights


RIGHTS = (
    *doctor_rights.RIGHTS,
    *setup_rights.RIGHTS,
    *credentials_rights.RIGHTS,
    *gmail_rights.RIGHTS,
    *inbound_rights.RIGHTS,
    *prove_rights.RIGHTS,
    *relay_rights.RIGHTS,
    *watch_rights.RIGHTS,
)
