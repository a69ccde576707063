"""Proving a password of any other SMTP server: its canary goes to our own domain."""

from dataclasses import dataclass, field

from sendas.credentials.audit import STANDINGS, Doors, Run, RunOptions, line_up, sweep
from sendas.credentials.canaries import (
    CanaryResult,
    CanaryRoute,
    by_authentication,
    send_canary_over,
)
from sendas.credentials.decide.audit_file import Account
from sendas.credentials.decide.audited import CANARY, PASSWORD, Report, Standing
from sendas.credentials.watching import NothingStored, places_for
from sendas.errors import CouldNotLook
from sendas.mail.address import Address
from sendas.mail.canary import canary_address
from sendas.outcome import see
from sendas.ses.regions import Region
from sendas.smtp.probe import Outcome
from sendas.smtp.session import Credential
from sendas.smtp.verdict import conclude


def audit_account(account: Account, password: str, doors: Doors, options: RunOptions) -> Report:
    """Audit one user at one SMTP server; its canary goes to our own domain, as its address."""
    run = _Elsewhere(doors, options, account=account, password=password)
    try:
        run.go()
    except CouldNotLook as error:
        run.claim(CANARY, Standing.UNKNOWN, str(error))
    server = f"{account.host}:{account.port}"
    return Report(account.user, server, "", tuple(run.claims), tuple(run.passages))


@dataclass
class _Elsewhere(Run):
    account: Account = field(kw_only=True)
    password: str = field(kw_only=True, repr=False)

    def go(self) -> None:
        it, now = self.account, self.doors.timing.now()
        probe = self.doors.dial(it.host, it.port, Credential(it.user, self.password))
        if probe.outcome is not Outcome.ACCEPTED:
            refused = probe.outcome is Outcome.REFUSED
            words = f"{probe.reply}: {conclude(probe).words}" if refused else conclude(probe).words
            self.claim(PASSWORD, Standing.WRONG if refused else Standing.UNKNOWN, words)
            return
        self.claim(PASSWORD, Standing.PROVEN, f"it logs in ({probe.reply})", now)
        if it.address is None:
            words = "no address to send as: write one as the fifth field"
            self.claim(CANARY, Standing.NOT_PROVEN, words)
        elif not self.options.canary:
            self.claim(CANARY, Standing.NOT_PROVEN, "none was sent")
        else:
            self._canary(it.address)

    def _canary(self, address: Address) -> None:
        token, doors, it = self.options.token(), self.doors, self.account
        try:
            rules = see(doors.post.active_rule_set(), "the receipt rules")
            places = places_for(canary_address(address, token), rules)
        except NothingStored as nowhere:
            self.claim(CANARY, Standing.NOT_PROVEN, str(nowhere))
            return
        began = doors.timing.now()
        route = CanaryRoute(
            address,
            it.host,
            (it.port,),
            Credential(it.user, self.password),
            places,
            token,
            self.options.patience_seconds,
            by_authentication,
            Region(""),
        )
        canary = send_canary_over(route, doors.dial, doors.post, doors.timing)
        since = canary.sent_at if canary.result is CanaryResult.NOT_SEEN else canary.arrived_at
        self.claim(CANARY, STANDINGS[canary.result], canary.words, since)
        line_up(self, canary)
        if canary.sent_at is not None:
            sweep(self, places, began, token)
