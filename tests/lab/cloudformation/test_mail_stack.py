"""A mail flows through a stack: identity, DKIM in Route 53, bucket, policy, rule set and rule."""

import json

from lab_stacks import Stacks


TEMPLATE = """
AWSTemplateFormatVersion: 2010-09-09
Description: Mail for one domain
Parameters:
  Domain: {Type: String}
  Zone: {Type: "AWS::Route53::HostedZone::Id"}
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: !Ref Domain
      MailFromAttributes: {MailFromDomain: !Sub "mail.${Domain}"}
      ConfigurationSetAttributes: {ConfigurationSetName: !Ref Set}
  Set: {Type: AWS::SES::ConfigurationSet, Properties: {Name: main}}
  Bounces: {Type: AWS::SNS::Topic, Properties: {TopicName: bounces}}
  Destination:
    Type: AWS::SES::ConfigurationSetEventDestination
    Properties:
      ConfigurationSetName: !Ref Set
      EventDestination:
        Name: sns
        Enabled: true
        MatchingEventTypes: [bounce, complaint]
        SnsDestination: {TopicARN: !Ref Bounces}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: bounces}}
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {Service: sns.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Queue.Arn
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Bounces, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: !Sub "mail-${AWS::AccountId}"
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}
      PublicAccessBlockConfiguration:
        {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true,
         RestrictPublicBuckets: true}
      LifecycleConfiguration:
        Rules: [{Id: old, Status: Enabled, Prefix: inbound/, ExpirationInDays: 365}]
  Policy:
    Type: AWS::S3::BucketPolicy
    DeletionPolicy: Retain
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {Service: ses.amazonaws.com}
            Action: s3:PutObject
            Resource: !Sub "${Bucket.Arn}/*"
            Condition:
              StringEquals:
                AWS:SourceAccount: !Ref AWS::AccountId
                AWS:SourceArn: !Sub
                  "arn:aws:ses:${AWS::Region}:${AWS::AccountId}:receipt-rule-set/inbound:RULE"
  RuleSet: {Type: AWS::SES::ReceiptRuleSet, Properties: {RuleSetName: inbound}}
  Rule:
    Type: AWS::SES::ReceiptRule
    DependsOn: Policy
    Properties:
      RuleSetName: !Ref RuleSet
      Rule:
        Name: to-s3
        Enabled: true
        ScanEnabled: true
        Recipients: [!Ref Domain]
        Actions: [{S3Action: {BucketName: !Ref Bucket, ObjectKeyPrefix: inbound/}}]
  Stop:
    Type: AWS::SES::ReceiptRule
    Properties:
      RuleSetName: !Ref RuleSet
      After: !Ref Rule
      Rule: {Name: stop, Enabled: true, Actions: [{StopAction: {Scope: RuleSet}}]}
  Records:
    Type: AWS::Route53::RecordSetGroup
    Properties:
      HostedZoneId: !Ref Zone
      RecordSets:
        - {Name: !Ref Domain, Type: MX, TTL: 300,
           ResourceRecords: [!Sub "10 inbound-smtp.${AWS::Region}.amazonaws.com"]}
        - {Name: !Sub "mail.${Domain}", Type: MX, TTL: 300,
           ResourceRecords: [!Sub "10 feedback-smtp.${AWS::Region}.amazonses.com"]}
        - {Name: !Sub "mail.${Domain}", Type: TXT, TTL: 300,
           ResourceRecords: ['"v=spf1 include:amazonses.com ~all"']}
        - {Name: !Sub "_dmarc.${Domain}", Type: TXT, TTL: 300,
           ResourceRecords: ['"v=DMARC1; p=none"']}
DKIM
Outputs:
  Bucket: {Value: !Ref Bucket}
"""
DKIM = "".join(
    f"""
  Dkim{n}:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: !Ref Zone
      Name: !GetAtt Identity.DkimDNSTokenName{n}
      Type: CNAME
      TTL: 300
      ResourceRecords: [!GetAtt Identity.DkimDNSTokenValue{n}]"""
    for n in (1, 2, 3)
)
BODY = TEMPLATE.replace("\nDKIM", DKIM).replace(":RULE", ":receipt-rule/to-s3")


def made(stacks: Stacks) -> None:
    """The stack, its rule set active."""
    zone = stacks.zone()
    given = {"Domain": "example.com", "Zone": zone}
    listed = [{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()]
    assert "CREATE_COMPLETE" == stacks.create(BODY, Parameters=listed), stacks.events()


def mail_bucket(stacks: Stacks) -> str:
    """The template's bucket in this lab's account."""
    return f"mail-{stacks.lab.account_id}"


def test_a_mail_flows_both_ways(stacks: Stacks) -> None:
    """The identity verifies by the stack's records, and received mail lies in its bucket."""
    made(stacks)
    stacks.client("ses").set_active_receipt_rule_set(RuleSetName="inbound")
    stacks.lab.ses.refresh()

    found = stacks.client("sesv2").get_email_identity(EmailIdentity="example.com")
    result = stacks.lab.write_to_owner("me@example.com", subject="By template")
    stacks.lab.settle()
    s3 = stacks.client("s3")
    listed = s3.list_objects_v2(Bucket=mail_bucket(stacks), Prefix="inbound/")["Contents"]
    bodies = [
        s3.get_object(Bucket=mail_bucket(stacks), Key=one["Key"])["Body"].read() for one in listed
    ]

    assert "SUCCESS" == found["DkimAttributes"]["Status"]
    assert "SUCCESS" == found["MailFromAttributes"]["MailFromDomainStatus"]
    assert "main" == found["ConfigurationSetName"]
    assert 250 == result.reply.code
    assert 1 == sum(b"Subject: By template" in body for body in bodies)


def test_everything_is_really_there(stacks: Stacks) -> None:
    """What moto would have passed over exists: policies, subscription, rules in their order."""
    made(stacks)

    rules = stacks.client("ses").describe_receipt_rule_set(RuleSetName="inbound")["Rules"]
    policy = json.loads(
        stacks.client("s3").get_bucket_policy(Bucket=mail_bucket(stacks))["Policy"]
    )
    subscribed = stacks.client("sns").list_subscriptions()["Subscriptions"]
    queue = stacks.client("sqs").get_queue_url(QueueName="bounces")["QueueUrl"]
    allowed = stacks.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])
    destinations = stacks.client("sesv2").get_configuration_set_event_destinations(
        ConfigurationSetName="main"
    )["EventDestinations"]

    assert ["to-s3", "stop"] == [rule["Name"] for rule in rules]
    assert "ses.amazonaws.com" == policy["Statement"][0]["Principal"]["Service"]
    assert [("sqs", f"arn:aws:sqs:eu-west-1:{stacks.lab.account_id}:bounces")] == [
        (one["Protocol"], one["Endpoint"]) for one in subscribed
    ]
    assert "sns.amazonaws.com" in allowed["Attributes"]["Policy"]
    assert [["BOUNCE", "COMPLAINT"]] == [one["MatchingEventTypes"] for one in destinations]


def test_deleting_takes_all_but_what_is_retained(stacks: Stacks) -> None:
    """The bucket stays with its mail and policy; identity, records, rules and queue go."""
    made(stacks)

    assert "DELETE_COMPLETE" == stacks.delete()
    assert [mail_bucket(stacks)] == [
        one["Name"] for one in stacks.client("s3").list_buckets()["Buckets"]
    ]
    assert [] == stacks.client("sesv2").list_email_identities()["EmailIdentities"]
    assert [] == stacks.client("ses").list_receipt_rule_sets()["RuleSets"]
    assert "QueueUrls" not in stacks.client("sqs").list_queues()
    zone = stacks.client("route53").list_hosted_zones()["HostedZones"][0]["Id"]
    left = stacks.client("route53").list_resource_record_sets(HostedZoneId=zone)
    assert ["NS", "SOA"] == sorted(one["Type"] for one in left["ResourceRecordSets"])


def test_the_active_rule_set_cannot_be_deleted(stacks: Stacks) -> None:
    """As on AWS the stack ends in DELETE_FAILED; once another is active it goes (FACTS 16.2)."""
    made(stacks)
    stacks.client("ses").set_active_receipt_rule_set(RuleSetName="inbound")

    assert "DELETE_FAILED" == stacks.delete()
    assert "Cannot delete active rule set: inbound" in stacks.why("RuleSet")

    stacks.client("ses").set_active_receipt_rule_set()
    assert "DELETE_COMPLETE" == stacks.delete()


def test_drift_is_seen_where_it_can_be_read(stacks: Stacks) -> None:
    """A rule switched off and a record removed show; the order of rules does not (FACTS 16.1)."""
    made(stacks)
    ses = stacks.client("ses")
    ses.update_receipt_rule(
        RuleSetName="inbound",
        Rule={"Name": "stop", "Enabled": False, "Actions": [{"StopAction": {"Scope": "RuleSet"}}]},
    )
    ses.set_receipt_rule_position(RuleSetName="inbound", RuleName="stop")
    stacks.client("s3").delete_bucket_policy(Bucket=mail_bucket(stacks))

    stacks.api.detect_stack_drift(StackName="mail")
    listed = stacks.api.describe_stack_resource_drifts(StackName="mail")["StackResourceDrifts"]
    found = {
        one["LogicalResourceId"]: one["StackResourceDriftStatus"]
        for one in listed
        if one["StackResourceDriftStatus"] != "IN_SYNC"
    }
    paths = [
        (one["PropertyPath"], one["ExpectedValue"], one["ActualValue"])
        for drift in listed
        if drift["LogicalResourceId"] == "Stop"
        for one in drift["PropertyDifferences"]
    ]

    assert {"Stop": "MODIFIED", "Policy": "DELETED"} == found
    assert [("/Rule/Enabled", "true", "false")] == paths


def test_mail_that_cannot_be_stored_rings(stacks: Stacks) -> None:
    """SES counts PublishFailure for the rule when the bucket's policy is gone (FACTS 12)."""
    made(stacks)
    stacks.client("ses").set_active_receipt_rule_set(RuleSetName="inbound")
    stacks.lab.ses.refresh()
    stacks.client("cloudwatch").put_metric_alarm(
        AlarmName="store-failing", Namespace="AWS/SES", MetricName="PublishFailure",
        Dimensions=[{"Name": "RuleName", "Value": "to-s3"}], Statistic="Sum", Period=300,
        EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )  # fmt: skip
    stacks.client("s3").delete_bucket_policy(Bucket=mail_bucket(stacks))

    stacks.lab.write_to_owner("me@example.com")
    stacks.lab.settle()

    assert [("store-failing", "ALARM")] == list(stacks.lab.aws.watch.look())
