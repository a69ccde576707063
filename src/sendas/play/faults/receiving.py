"""Why received mail does not reach the bucket (section 4, item 7)."""

from sendas.play.faults.fault import Fault
from sendas.play.scene import RULE, RULE_SET, Scene


def _none_active(scene: Scene) -> None:
    scene.call("ses", "SetActiveReceiptRuleSet")


def _other_active(scene: Scene) -> None:
    scene.call("ses", "CreateReceiptRuleSet", RuleSetName="another-stack")
    scene.call("ses", "SetActiveReceiptRuleSet", RuleSetName="another-stack")


def _no_rule(scene: Scene) -> None:
    rule = {
        "Name": RULE,
        "Enabled": True,
        "Recipients": [f"info@{scene.domain}"],
        "Actions": [{"S3Action": {"BucketName": scene.bucket}}],
    }
    scene.call("ses", "UpdateReceiptRule", RuleSetName=RULE_SET, Rule=rule)


def _no_bucket_policy(scene: Scene) -> None:
    scene.call("s3", "DeleteBucketPolicy", Bucket=scene.bucket)


FAULTS = (
    Fault("receiving-none-active", "receive", "no receipt rule set is active", _none_active),
    Fault(
        "receiving-other-active",
        "receive",
        "another stack's receipt rule set is active",
        _other_active,
    ),
    Fault("receiving-no-rule", "receive", "no rule matches the address", _no_rule),
    Fault(
        "receiving-bucket-policy",
        "receive",
        "SES may not write into the bucket",
        _no_bucket_policy,
    ),
)
