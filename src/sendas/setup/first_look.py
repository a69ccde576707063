"""The first look of a new watcher: begun as soon as all stands, whoever applied it.

No step of the plan: nothing of what stands hangs on it, and it looks tomorrow anyway.
"""

from sendas.aws import functions, objects, sts
from sendas.config.model import Config, ConfiguredDomain
from sendas.errors import CouldNotLook
from sendas.outcome import see
from sendas.setup.plan.look import Doors
from sendas.setup.template.whole import wanted_of
from sendas.watch.decide.memory import MalformedState, read_state


def begin_first_look(config: Config, domain: ConfiguredDomain, doors: Doors) -> str:
    """Let the watcher look if nobody ever did; what is to be said of it, empty if nothing is."""
    wanted = wanted_of(config, domain, "code", "code")
    if not wanted.watches:
        return ""
    session, region = doors.session, domain.region
    try:
        account_id = see(sts.caller(session, region), "which account this is").account_id
        watched = wanted.watched(account_id)
        bucket = watched.settings.bucket
        state = objects.read(session, region, bucket, watched.state_key, absent=objects.NOWHERE)
        stored = see(state, "whether the watcher has looked")
        if stored is not None and read_state(stored).known.at:
            return ""
        functions.start(session, region, wanted.names.watcher)
    except (CouldNotLook, MalformedState) as error:
        return (
            f"the watcher was not asked to look ({error}); it looks within a day, "
            "`sendas watch run` looks now"
        )
    return "the watcher looks for the first time; `sendas watch status` shows what it saw"
