"""The road to SES and the far end of the journey: ports, certificates, receivers."""

from collections.abc import Callable

from sendas_lab.certificates import Flaw
from sendas_lab.recipients import Refusal
from sendas_lab.smtp.submission import IMPLICIT_TLS_PORTS, STARTTLS_PORTS

from sendas.play.faults.fault import Fault
from sendas.play.scene import Scene
from sendas.ses.regions import smtp_host


def _blocked(scene: Scene) -> None:
    scene.lab.amazon.block(scene.region, 587)
    scene.lab.write_dial_map()


def _refused(scene: Scene) -> None:
    for port in (*STARTTLS_PORTS, *IMPLICIT_TLS_PORTS):
        scene.lab.amazon.close_port(scene.region, port)
    scene.lab.write_dial_map()


def _crowded(scene: Scene) -> None:
    scene.lab.amazon.limit_connections(scene.region, 0)


def _swapped(scene: Scene) -> None:
    scene.lab.amazon.swap_tls(scene.region)
    scene.lab.write_dial_map()


def _certificate(flaw: Flaw) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        scene.lab.certificates.flaw(smtp_host(scene.region), flaw)

    return play


def _gmail(switch: str) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        setattr(scene.lab.gmail.open_account(scene.set_up.gmail), switch, True)

    return play


def _exchange(refusal: Refusal) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        scene.lab.exchange.refusal = refusal

    return play


_WORDS = {
    Refusal.RECIPIENT_NOT_FOUND: "does not know the recipient",
    Refusal.MAILBOX_FULL: "says that the mailbox is full",
    Refusal.BLOCK_LIST: "has the sending network on its block list",
    Refusal.FAILS_DMARC: "says that the mail fails DMARC",
    Refusal.BANNED_SENDER: "bans the sending address",
    Refusal.AUTHENTICATION_LEVEL: "asks for SPF, DKIM and DMARC of high-volume senders",
}

FAULTS = (
    Fault("smtp-blocked", "smtp", "a filter swallows port 587", _blocked),
    Fault("smtp-refused", "smtp", "nobody listens at the endpoint", _refused),
    Fault("smtp-crowded", "smtp", "the endpoint has too many connections", _crowded),
    Fault(
        "smtp-swapped-tls",
        "smtp",
        "TLS at once where STARTTLS is expected, and the other way round",
        _swapped,
    ),
    Fault(
        "smtp-wrong-name",
        "smtp",
        "the endpoint's certificate names another host",
        _certificate(Flaw.WRONG_NAME),
    ),
    Fault(
        "smtp-expired", "smtp", "the endpoint's certificate is expired", _certificate(Flaw.EXPIRED)
    ),
    Fault("gmail-spam", "downstream", "Gmail refuses the mail as spam", _gmail("refuses_spam")),
    Fault("gmail-rate", "downstream", "Gmail gets mail too fast", _gmail("receives_too_fast")),
    Fault("gmail-full", "downstream", "the Gmail account is full", _gmail("full")),
    *(
        Fault(
            f"exchange-{refusal.name.lower().replace('_', '-')}",
            "downstream",
            f"Exchange Online {words} ({refusal})",
            _exchange(refusal),
        )
        for refusal, words in _WORDS.items()
    ),
)
