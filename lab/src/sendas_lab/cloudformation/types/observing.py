"""AWS::CloudWatch, AWS::Logs, AWS::Events and AWS::Scheduler types.

Source: CloudFormation Template Reference of each service.
"""

from sendas_lab.cloudformation.calls import ResourceFailed, gone
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas_lab.cloudformation.template import Value


_ALARM = words(
    "AlarmName AlarmDescription ActionsEnabled AlarmActions OKActions InsufficientDataActions"
    " MetricName Namespace Statistic ExtendedStatistic Dimensions Period Unit EvaluationPeriods"
    " DatapointsToAlarm Threshold ComparisonOperator TreatMissingData Metrics Tags"
)


def _put_alarm(work: Work, name: str, properties: Properties) -> None:
    given = {key: value for key, value in properties.items() if key != "AlarmName"}
    given.setdefault("ActionsEnabled", True)
    if "Dimensions" in given:
        given["Dimensions"] = list(given["Dimensions"])
    work.call("cloudwatch", "PutMetricAlarm", AlarmName=name, **given)


def _create_alarm(work: Work, properties: Properties) -> Made:
    name = properties.get("AlarmName") or work.name(255)
    if properties.get("AlarmName") and _alarm(work, name) is not None:
        text = f"{name} already exists"
        raise ResourceFailed(text, "AlreadyExists")
    _put_alarm(work, name, properties)
    return Made(name, {"Arn": work.arn("cloudwatch", f"alarm:{name}")})


def _alarm(work: Work, name: str) -> Value:
    found = work.call("cloudwatch", "DescribeAlarms", AlarmNames=[name]).get("MetricAlarms", ())
    return found[0] if found else None


def _update_alarm(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    _put_alarm(work, made.physical_id, wanted)
    return made


def _delete_alarm(work: Work, made: Made, _properties: Properties) -> None:
    work.call("cloudwatch", "DeleteAlarms", AlarmNames=[made.physical_id])


def _read_alarm(work: Work, made: Made, properties: Properties) -> Properties:
    found = _alarm(work, made.physical_id)
    if found is None:
        raise gone(made.physical_id, "cloudwatch")
    return {**properties, **picked(found, *(_ALARM & set(properties)))}


def _put_dashboard(work: Work, name: str, properties: Properties) -> None:
    body = properties["DashboardBody"]
    work.call("cloudwatch", "PutDashboard", DashboardName=name, DashboardBody=body)


def _create_dashboard(work: Work, properties: Properties) -> Made:
    name = properties.get("DashboardName") or work.name(255)
    _put_dashboard(work, name, properties)
    return Made(name)


def _update_dashboard(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    _put_dashboard(work, made.physical_id, wanted)
    return made


def _delete_dashboard(work: Work, made: Made, _properties: Properties) -> None:
    work.call("cloudwatch", "DeleteDashboards", DashboardNames=[made.physical_id])


# Logs -------------------------------------------------------------------------


def _create_group(work: Work, properties: Properties) -> Made:
    name = properties.get("LogGroupName") or work.name(512)
    tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or ()}
    work.call(
        "logs",
        "CreateLogGroup",
        logGroupName=name,
        **({"kmsKeyId": properties["KmsKeyId"]} if "KmsKeyId" in properties else {}),
        **({"tags": tags} if tags else {}),
    )
    _retain(work, name, properties)
    return Made(name, {"Arn": work.arn("logs", f"log-group:{name}:*")})


def _retain(work: Work, name: str, properties: Properties) -> None:
    days = properties.get("RetentionInDays")
    if days is None:
        work.call.quietly("logs", "DeleteRetentionPolicy", logGroupName=name)
    else:
        work.call("logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=days)


def _update_group(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    _retain(work, made.physical_id, wanted)
    return made


def _delete_group(work: Work, made: Made, _properties: Properties) -> None:
    work.call("logs", "DeleteLogGroup", logGroupName=made.physical_id)


def _read_group(work: Work, made: Made, properties: Properties) -> Properties:
    listed = work.call("logs", "DescribeLogGroups", logGroupNamePrefix=made.physical_id)
    for one in listed.get("logGroups", ()):
        if one["logGroupName"] == made.physical_id:
            days = one.get("retentionInDays")
            return {**properties, "LogGroupName": made.physical_id, "RetentionInDays": days}
    raise gone(made.physical_id, "logs")


def _put_filter(work: Work, name: str, properties: Properties) -> None:
    transformations = [
        {key[0].lower() + key[1:]: value for key, value in one.items() if key != "Dimensions"}
        for one in properties["MetricTransformations"]
    ]
    for one in transformations:
        one["metricValue"] = str(one["metricValue"])
    work.call(
        "logs",
        "PutMetricFilter",
        logGroupName=properties["LogGroupName"],
        filterName=name,
        filterPattern=properties["FilterPattern"],
        metricTransformations=transformations,
    )


def _create_filter(work: Work, properties: Properties) -> Made:
    name = properties.get("FilterName") or work.name(512)
    _put_filter(work, name, properties)
    return Made(name)


def _update_filter(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    _put_filter(work, made.physical_id, wanted)
    return made


def _delete_filter(work: Work, made: Made, properties: Properties) -> None:
    group = properties["LogGroupName"]
    work.call.quietly(
        "logs", "DeleteMetricFilter", logGroupName=group, filterName=made.physical_id
    )


def _read_filter(work: Work, made: Made, properties: Properties) -> Properties:
    group = properties["LogGroupName"]
    told = work.call(
        "logs", "DescribeMetricFilters", logGroupName=group, filterNamePrefix=made.physical_id
    )
    for one in told.get("metricFilters", ()):
        if one["filterName"] == made.physical_id:
            break
    else:
        raise gone(made.physical_id, "logs")
    written = properties["MetricTransformations"]
    return {
        "FilterName": made.physical_id,
        "FilterPattern": one["filterPattern"],
        "LogGroupName": group,
        "MetricTransformations": [
            {
                key: shape.get(key[0].lower() + key[1:], value) if key != "Dimensions" else value
                for key, value in asked.items()
            }
            for asked, shape in zip(written, one["metricTransformations"], strict=False)
        ],
    }


# Events and schedules ---------------------------------------------------------


def _put_rule(work: Work, name: str, properties: Properties) -> str:
    import json  # noqa: PLC0415  only here

    given = picked(properties, "ScheduleExpression", "Description", "State", "RoleArn")
    if "EventPattern" in properties:
        pattern = properties["EventPattern"]
        given["EventPattern"] = pattern if isinstance(pattern, str) else json.dumps(pattern)
    bus = picked(properties, "EventBusName")
    made = work.call("events", "PutRule", Name=name, **given, **bus)
    if properties.get("Targets"):
        work.call("events", "PutTargets", Rule=name, Targets=properties["Targets"], **bus)
    return str(made["RuleArn"])


def _create_rule(work: Work, properties: Properties) -> Made:
    name = properties.get("Name") or work.name()
    return Made(name, {"Arn": _put_rule(work, name, properties)})


def _update_rule(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    kept = {target["Id"] for target in wanted.get("Targets") or ()}
    left = [t["Id"] for t in before.get("Targets") or () if t["Id"] not in kept]
    if left:
        work.call("events", "RemoveTargets", Rule=made.physical_id, Ids=left)
    _put_rule(work, made.physical_id, wanted)
    return made


def _read_rule(work: Work, made: Made, properties: Properties) -> Properties:
    bus = picked(properties, "EventBusName")
    found = work.call("events", "DescribeRule", Name=made.physical_id, **bus)
    told = work.call("events", "ListTargetsByRule", Rule=made.physical_id, **bus)
    written = properties.get("EventPattern")
    return {
        **picked(found, "Name", "Description", "ScheduleExpression", "State", "RoleArn"),
        "EventBusName": properties.get("EventBusName"),
        "EventPattern": written if found.get("EventPattern") else None,
        "Targets": told.get("Targets") or None,
    }


def _delete_rule(work: Work, made: Made, properties: Properties) -> None:
    ids = [target["Id"] for target in properties.get("Targets") or ()]
    bus = picked(properties, "EventBusName")
    if ids:
        work.call.quietly("events", "RemoveTargets", Rule=made.physical_id, Ids=ids, **bus)
    work.call("events", "DeleteRule", Name=made.physical_id, **bus)


_SCHEDULE = words(
    "Name Description EndDate FlexibleTimeWindow GroupName KmsKeyArn ScheduleExpression"
    " ScheduleExpressionTimezone StartDate State Target"
)


def _create_schedule(work: Work, properties: Properties) -> Made:
    name = properties.get("Name") or work.name()
    given = {key: value for key, value in properties.items() if key != "Name"}
    made = work.call("scheduler", "CreateSchedule", Name=name, **given)
    return Made(name, {"Arn": made["ScheduleArn"]})


def _update_schedule(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    given = {key: value for key, value in wanted.items() if key != "Name"}
    work.call("scheduler", "UpdateSchedule", Name=made.physical_id, **given)
    return made


def _delete_schedule(work: Work, made: Made, properties: Properties) -> None:
    given = picked(properties, "GroupName")
    work.call("scheduler", "DeleteSchedule", Name=made.physical_id, **given)


PROVIDERS = (
    Provider(
        "AWS::CloudWatch::Alarm",
        _ALARM,
        _create_alarm,
        _delete_alarm,
        _update_alarm,
        _read_alarm,
    ),
    Provider(
        "AWS::CloudWatch::Dashboard",
        words("DashboardName DashboardBody"),
        _create_dashboard,
        _delete_dashboard,
        _update_dashboard,
    ),
    Provider(
        "AWS::Logs::LogGroup",
        words("LogGroupName RetentionInDays KmsKeyId Tags"),
        _create_group,
        _delete_group,
        _update_group,
        _read_group,
    ),
    Provider(
        "AWS::Logs::MetricFilter",
        words("FilterName FilterPattern LogGroupName MetricTransformations"),
        _create_filter,
        _delete_filter,
        _update_filter,
        _read_filter,
    ),
    Provider(
        "AWS::Events::Rule",
        words(
            "Name Description EventBusName EventPattern RoleArn ScheduleExpression State Targets"
        ),
        _create_rule,
        _delete_rule,
        _update_rule,
        _read_rule,
    ),
    Provider(
        "AWS::Scheduler::Schedule",
        _SCHEDULE,
        _create_schedule,
        _delete_schedule,
        _update_schedule,
    ),
)
