"""AWS::Glue and AWS::Athena types: a table over files, and questions that are kept.

Source: CloudFormation Template Reference of both services.
"""

from sendas_lab.cloudformation.provider import (
    Made,
    Properties,
    Provider,
    Work,
    nothing,
    picked,
    words,
)


def _create_database(work: Work, properties: Properties) -> Made:
    given = dict(properties["DatabaseInput"])
    name = given.setdefault("Name", work.name(255, lower=True))
    work.call("glue", "CreateDatabase", DatabaseInput=given)
    return Made(name)


def _update_database(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    given = {**wanted["DatabaseInput"], "Name": made.physical_id}
    work.call("glue", "UpdateDatabase", Name=made.physical_id, DatabaseInput=given)
    return made


def _delete_database(work: Work, made: Made, _properties: Properties) -> None:
    work.call("glue", "DeleteDatabase", Name=made.physical_id)


def _create_table(work: Work, properties: Properties) -> Made:
    given = dict(properties["TableInput"])
    name = given.setdefault("Name", work.name(255, lower=True))
    work.call("glue", "CreateTable", DatabaseName=properties["DatabaseName"], TableInput=given)
    return Made(name)


def _update_table(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    given = {**wanted["TableInput"], "Name": made.physical_id}
    work.call("glue", "UpdateTable", DatabaseName=wanted["DatabaseName"], TableInput=given)
    return made


def _delete_table(work: Work, made: Made, properties: Properties) -> None:
    database = properties["DatabaseName"]
    work.call("glue", "DeleteTable", DatabaseName=database, Name=made.physical_id)


def _create_group(work: Work, properties: Properties) -> Made:
    name = properties["Name"]
    given = picked(properties, "Description", "Tags")
    configuration = properties.get("WorkGroupConfiguration") or {}
    work.call("athena", "CreateWorkGroup", Name=name, Configuration=configuration, **given)
    return Made(name)


def _delete_group(work: Work, made: Made, properties: Properties) -> None:
    recursive = bool(properties.get("RecursiveDeleteOption"))
    work.call(
        "athena",
        "DeleteWorkGroup",
        WorkGroup=made.physical_id,
        RecursiveDeleteOption=recursive,
    )


_QUERY = words("Name Description Database QueryString WorkGroup")


def _create_query(work: Work, properties: Properties) -> Made:
    made = work.call("athena", "CreateNamedQuery", **picked(properties, *_QUERY))
    name = str(made["NamedQueryId"])
    return Made(name, {"NamedQueryId": name})


PROVIDERS = (
    Provider(
        "AWS::Glue::Database",
        words("CatalogId DatabaseInput"),
        _create_database,
        _delete_database,
        _update_database,
    ),
    Provider(
        "AWS::Glue::Table",
        words("CatalogId DatabaseName TableInput"),
        _create_table,
        _delete_table,
        _update_table,
    ),
    Provider(
        "AWS::Athena::WorkGroup",
        words("Name Description RecursiveDeleteOption State Tags WorkGroupConfiguration"),
        _create_group,
        _delete_group,
    ),
    # moto takes no DeleteNamedQuery: a question goes with its work group.
    Provider("AWS::Athena::NamedQuery", _QUERY, _create_query, nothing),
)
