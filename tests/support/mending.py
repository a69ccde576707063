"""Doing what the doctor's help says, to the letter, in the lab."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta

import aws_command_line
import boto3

from sendas.doctor.model import Finding
from sendas.play.scene import Scene


Type = Callable[[Scene, str], None]
"""Types one command line."""


def carry_out(scene: Scene, finding: Finding, type_it: Type | None = None) -> None:
    """Publish the records, remove what is to be removed, run the commands, wait."""
    for advice in finding.help:
        _remove(scene, advice.remove, kept=advice.records)  # a CNAME stands beside nothing
        _publish(scene, advice.records)
        for command in advice.commands:
            (type_it or _run)(scene, command)
    if finding.layer == "password":
        _type_the_right_pair(scene)
    wait = max((advice.wait_seconds for advice in finding.help), default=0)
    scene.lab.clock.move(timedelta(seconds=wait + 1))
    scene.lab.ses.refresh()
    scene.lab.settle()


def _publish(scene: Scene, lines: Iterable[str]) -> None:
    sets: dict[tuple[str, str], list[str]] = defaultdict(list)
    ttls: dict[tuple[str, str], int] = {}
    for line in lines:
        name, ttl, _, record_type, data = line.split(maxsplit=4)
        key = (name.rstrip("."), record_type)
        sets[key].append(data)
        ttls[key] = int(ttl)
    for (name, record_type), values in sets.items():
        scene.set_record(name, record_type, *values, ttl=ttls[name, record_type])


def _remove(scene: Scene, lines: Iterable[str], *, kept: Iterable[str]) -> None:
    standing = {(line.split()[0].rstrip("."), line.split()[3]) for line in kept}
    for line in lines:
        name, _, _, record_type, data = line.split(maxsplit=4)
        key = (name.rstrip("."), record_type)
        if key in standing:
            continue  # the records that must stand there have replaced it
        scene.remove_value(*key, data)


def _run(scene: Scene, command: str) -> None:
    if not command.startswith("aws "):
        return  # `sendas password derive`: its result is typed below; checks change nothing
    environment = scene.lab.environment()
    session = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        region_name=scene.region,
    )
    aws_command_line.run(command, session, environment["AWS_ENDPOINT_URL"])


def _type_the_right_pair(scene: Scene) -> None:
    """What the owner does with a derived password: the pair of the key that is active now."""
    keys = scene.call("iam", "ListAccessKeys", UserName=scene.set_up.user)["AccessKeyMetadata"]
    if scene.key_id not in {key["AccessKeyId"] for key in keys if key["Status"] == "Active"}:
        scene.new_key()
    scene.username, scene.password = scene.key_id, scene.smtp_password
