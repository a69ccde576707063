"""``sendas demo``: the two incidents, played and solved before your eyes."""

from typing import Annotated

import typer

from sendas.cli import EXIT_FAILING
from sendas.cli.shared_options import AsJson


def command(
    *,
    step: Annotated[bool, typer.Option("--step", help="Wait for Enter after each step.")] = False,
    as_json: AsJson = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the lab running at the end, to look around.")
    ] = False,
) -> None:
    """Play the two incidents sendas was made for, and solve them, in the embedded lab.

    Everything is real but the world: AWS calls over HTTP, DNS, SMTP with TLS,
    DKIM signatures, all on loopback; nothing leaves this machine, and no AWS
    account is needed.  Exit status 1 if anything claimed did not happen.

    Example: sendas demo --step
    """
    from sendas.cli.lab import load_lab, print_environment, stop_when_told
    from sendas.play.story.telling import Teller, pause

    teller = Teller(as_json=as_json)
    teller.open()
    world = load_lab()
    from sendas.play.story import incident_a, incident_b

    with world() as lab:
        teller.lab_is_up()
        for story in (incident_a, incident_b):
            lab.reset()
            teller.incident(story.TITLE)
            for played in story.play(lab, teller.look):
                teller.tell(played)
                if step and not as_json:
                    pause()
        teller.close()
        if keep:
            stop = stop_when_told()
            print_environment(lab, as_json=False)
            stop.wait()
    raise typer.Exit(0 if teller.all_held else EXIT_FAILING)
