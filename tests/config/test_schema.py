"""The JSON Schema for editors, and the words the file shares with the forwarder."""

import json
import tomllib

from dataclasses import fields

import jsonschema
import pytest

from sendas.config import model, schema
from sendas.forward import routes


def test_the_shipped_schema_is_current() -> None:
    """`python -m sendas.pages` would change nothing."""
    assert schema.shipped() == schema.current()


def test_it_takes_the_whole_file(whole: str) -> None:
    """A file that is read is one that editors find well; judged by the jsonschema project."""
    document = json.loads(schema.shipped())

    jsonschema.Draft202012Validator.check_schema(document)
    jsonschema.validate(tomllib.loads(whole), document)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('dns = "manual"', 'dns = "cloudflare"'),
        ("keep = true", 'keep = "yes"'),
        ('to = ["owner@gmail.com"]', 'to = "owner@gmail.com"'),
        ("max_hops = 20", "max_hops = 3"),
        ('region = "eu-west-1"', 'regoin = "eu-west-1"'),
        ("identity = true", "identity = true\nsecret = 1"),
        ("[alarms]", "watch = true\n[alarms]"),
    ],
)
def test_it_finds_mistakes(whole: str, old: str, new: str) -> None:
    """What the loader refuses for its kind or its name, an editor marks."""
    assert old in whole
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(whole.replace(old, new)), json.loads(schema.shipped()))


def test_every_key_is_explained() -> None:
    """An editor shows what each key is for."""
    document = json.loads(schema.shipped())
    tables = [document, *document["$defs"].values()]
    silent = [
        name
        for table in tables
        for name, value in table["properties"].items()
        if "description" not in value
        and "$ref" not in value
        and not name.startswith("max_")
        and name != "stop_at_bounce_percent"
    ]

    assert [] == silent


def test_verdicts_and_limits_are_the_forwarders() -> None:
    """The file's words are those of the routes, so that they can be handed on."""
    assert {str(word) for word in routes.Handling} == {str(word) for word in model.Handling}
    assert [f.name for f in fields(routes.Policy)] == [f.name for f in fields(model.Verdicts)]
    assert [f.name for f in fields(routes.Limits)] == [f.name for f in fields(model.Limits)]
