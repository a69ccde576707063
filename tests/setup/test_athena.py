"""The history as a table of Athena: what the stack makes, and that it fits the files."""

from dataclasses import fields, replace

import pytest

from owner_setup import End, Owner

from sendas.config.load import parse_config
from sendas.config.model import ConfiguredDomain, Watch
from sendas.history.line import Line
from sendas.history.table import QUESTIONS
from sendas.setup.template.whole import build_template, wanted_of


FILE = """\
region = "eu-west-1"
[watch]
athena = true
keep_days = 30
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
"""
KINDS = {"AWS::Glue::Database", "AWS::Glue::Table", "AWS::Athena::WorkGroup",
         "AWS::Athena::NamedQuery"}  # fmt: skip


def test_nothing_of_it_is_there_unless_it_is_wanted() -> None:
    """By default, and where nothing is remembered."""
    for text in (FILE.replace("true", "false"), FILE.replace("[watch]", "[watch]\nhistory=false")):
        config = parse_config(text)
        document = build_template(wanted_of(config, config.domains[0], "code")).document()
        assert not [one for one in document["Resources"].values() if one["Type"] in KINDS]


def test_the_table_has_the_fields_of_a_line_and_a_folder_a_day() -> None:
    """Athena guide, "Partition projection": the days of the folders, as long as they are kept."""
    config = parse_config(FILE)
    document = build_template(wanted_of(config, config.domains[0], "code")).document()
    table = document["Resources"]["HistoryTable"]["Properties"]["TableInput"]
    columns = [one["Name"] for one in table["StorageDescriptor"]["Columns"]]
    assert [one.name for one in fields(Line)] == columns
    parameters = table["Parameters"]
    assert "NOW-30DAYS,NOW+1DAYS" == parameters["projection.day.range"]
    place = parameters["storage.location.template"]["Fn::Sub"]
    assert place.endswith("/sendas/events/${!day}/"), "CloudFormation leaves ${day} of it"
    texts = [
        one["Properties"]["QueryString"]
        for one in document["Resources"].values()
        if one["Type"] == "AWS::Athena::NamedQuery"
    ]
    assert len(QUESTIONS) == len(texts)
    assert [one.text.count("?") for one in QUESTIONS] == [len(one.asked) for one in QUESTIONS]


@pytest.mark.timeout(600)
def test_it_comes_and_goes_with_one_line(owner: Owner, owner_domain: ConfiguredDomain) -> None:
    """In the lab: made, planned again without a change, taken away by `athena = false`."""
    plain = owner.config
    owner.config = replace(plain, watch=Watch(athena=True))
    assert End.DONE is owner.apply(owner_domain), owner.said
    (table,) = owner.call("glue", "GetTables", DatabaseName="sendas_example_com")["TableList"]
    assert "line" == table["Name"]
    queries = owner.call("athena", "ListNamedQueries", WorkGroup="sendas-example-com")
    assert len(QUESTIONS) == len(queries["NamedQueryIds"])
    assert ((), ()) == (owner.plan(owner_domain).steps, owner.plan(owner_domain).changes)
    owner.config = plain
    assert End.DONE is owner.apply(owner_domain), owner.said
    assert [] == owner.call("glue", "GetDatabases")["DatabaseList"]
