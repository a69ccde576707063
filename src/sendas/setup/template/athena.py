"""The part of the stack that lets Athena ask the history: a table over the bucket's files.

Partition projection: Athena computes the folders of the days itself, so nobody adds any.
Nothing of it costs by itself; a question costs by the bytes that it reads (Athena pricing).

Source: Athena guide, "Use partition projection", "OpenX JSON SerDe"; CloudFormation
Template Reference of AWS::Glue and AWS::Athena.
"""

from sendas.history.table import COLUMNS, PARTITION, QUESTIONS, TABLE
from sendas.inbound.settings import EVENTS
from sendas.setup.stack.names import STATE_PREFIX, StackNames, logical_id
from sendas.setup.template.document import Resource, Resources, ref, sub
from sendas.watch.decide.settings import KEPT


_ANSWERS = f"{STATE_PREFIX}{KEPT}athena/"
"""Where answers lie; they go as everything there does."""
_TEXT = "string"


def athena_resources(names: StackNames, keep_days: int) -> Resources:
    """The table, where its answers lie, and the questions."""
    place = f"s3://{names.bucket}/{STATE_PREFIX}{EVENTS}"
    resources: Resources = {
        "HistoryDatabase": Resource(
            "AWS::Glue::Database",
            {
                "CatalogId": ref("AWS::AccountId"),
                "DatabaseInput": {
                    "Name": names.database,
                    "Description": f"sendas: what became of the mail of {names.domain}",
                },
            },
        ),
        "HistoryTable": Resource(
            "AWS::Glue::Table",
            {
                "CatalogId": ref("AWS::AccountId"),
                "DatabaseName": ref("HistoryDatabase"),
                "TableInput": {
                    "Name": TABLE,
                    "TableType": "EXTERNAL_TABLE",
                    "PartitionKeys": [{"Name": PARTITION, "Type": _TEXT}],
                    "Parameters": {
                        "projection.enabled": "true",
                        f"projection.{PARTITION}.type": "date",
                        f"projection.{PARTITION}.format": "yyyy-MM-dd",
                        f"projection.{PARTITION}.range": f"NOW-{keep_days}DAYS,NOW+1DAYS",
                        # Fn::Sub leaves ${!day} as ${day}, which is Athena's to fill in.
                        "storage.location.template": sub(f"{place}${{!{PARTITION}}}/"),
                    },
                    "StorageDescriptor": {
                        "Columns": [{"Name": name, "Type": _TEXT} for name in COLUMNS],
                        "Location": sub(place),
                        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
                        "OutputFormat": (
                            "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
                        ),
                        "SerdeInfo": {
                            "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
                            # A line that cannot be read ends the question: no false all-clear.
                            "Parameters": {"ignore.malformed.json": "false"},
                        },
                    },
                },
            },
        ),
        "HistoryWorkGroup": Resource(
            "AWS::Athena::WorkGroup",
            {
                "Name": names.root,
                "Description": f"Questions about the mail of {names.domain}",
                "RecursiveDeleteOption": True,
                "WorkGroupConfiguration": {
                    "EnforceWorkGroupConfiguration": True,
                    "PublishCloudWatchMetricsEnabled": False,
                    "ResultConfiguration": {
                        "OutputLocation": sub(f"s3://{names.bucket}/{_ANSWERS}"),
                        "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
                    },
                },
            },
        ),
    }
    for one in QUESTIONS:
        resources[logical_id("Question", one.name)] = Resource(
            "AWS::Athena::NamedQuery",
            {
                "Name": one.name,
                "Description": f"Each ? in turn: {', '.join(one.asked)}. Texts in quotes.",
                "Database": ref("HistoryDatabase"),
                "QueryString": one.text,
                "WorkGroup": ref("HistoryWorkGroup"),
            },
            depends_on=("HistoryTable",),
        )
    return resources
