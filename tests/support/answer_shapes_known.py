"""Answers of the lab that are not of botocore's shapes, each with why that may be."""

from collections.abc import Mapping


_UNSET = "AWS leaves out what was never set, though its model calls it required"
_PAGES = "moto's: what would say that there is no further page is left out"
_RECORDED = "recorded: AWS leaves it out where it is empty, though its model calls it required"
_TWICE = "moto's: tells the stages by both calls' names in either"
_UNUSED = "moto's, and sendas does not use it"
_TOPICS = "ses.GetIdentityNotificationAttributes /NotificationAttributes/example.com"
KNOWN: Mapping[str, str] = {
    "sesv2.GetEmailIdentity /MailFromAttributes/MailFromDomain: missing": _UNSET,
    "sesv2.GetEmailIdentity /MailFromAttributes/MailFromDomainStatus: missing": _UNSET,
    **{f"{_TOPICS}/{kind}Topic: missing": _UNSET for kind in ("Bounce", "Complaint", "Delivery")},
    "sqs.SendMessageBatch /Failed: missing": _RECORDED,
    "secretsmanager.DescribeSecret /SecretVersionsToStages: extra": _TWICE,
    "secretsmanager.ListSecrets /SecretList/VersionIdsToStages: extra": _TWICE,
    "s3.GetBucketTagging /TagSet/Value: missing": _UNUSED,
    "kms.CreateKey /KeyMetadata/KeyUsage: null": _UNUSED,
    "kms.CreateKey /KeyMetadata/MultiRegion: null": _UNUSED,
    "route53.ListHostedZones /Marker: missing": _PAGES,
    "route53.ListHostedZonesByName /IsTruncated: missing": _PAGES,
    "route53.ListHostedZonesByName /MaxItems: missing": _PAGES,
}
