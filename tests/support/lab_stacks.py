"""CloudFormation in the lab as tests use it: boto3, and waiting for what was begun."""

from dataclasses import dataclass, field
from typing import Any

import boto3

from botocore.config import Config
from sendas_lab.dns import route53
from sendas_lab.world import Lab


REGION = "eu-west-1"


@dataclass
class Stacks:
    """boto3 and the lab, for one test."""

    lab: Lab
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: str, region: str = REGION) -> Any:  # noqa: ANN401  boto3's own
        """boto3's client, unmodified but for the address."""
        if (service, region) not in self.clients:
            key = self.lab.aws.administrator
            self.clients[service, region] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self.lab.aws.url,
                aws_access_key_id=key.principal.key_id,
                aws_secret_access_key=key.secret,
                config=Config(retries={"total_max_attempts": 1}, read_timeout=20),
            )
        return self.clients[service, region]

    @property
    def api(self) -> Any:  # noqa: ANN401  the same
        """CloudFormation."""
        return self.client("cloudformation")

    @property
    def faults(self) -> Any:  # noqa: ANN401  the lab's switches
        """CloudFormation's faults."""
        return self.lab.aws.stacks.cloudformation.faults

    def settle(self) -> None:
        """Wait until nothing is at work."""
        self.lab.aws.stacks.cloudformation.settle()

    def create(self, body: str, name: str = "mail", **given: object) -> str:
        """Create and wait; gives the status."""
        given.setdefault("Capabilities", ["CAPABILITY_NAMED_IAM"])
        self.api.create_stack(StackName=name, TemplateBody=body, **given)
        self.settle()
        return self.status(name)

    def update(self, body: str, name: str = "mail", **given: object) -> str:
        """Update and wait; gives the status."""
        given.setdefault("Capabilities", ["CAPABILITY_NAMED_IAM"])
        self.api.update_stack(StackName=name, TemplateBody=body, **given)
        self.settle()
        return self.status(name)

    def delete(self, name: str = "mail") -> str:
        """Delete and wait; gives the status."""
        stack_id = self.api.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        self.api.delete_stack(StackName=name)
        self.settle()
        return self.status(stack_id)

    def status(self, name: str = "mail") -> str:
        """How the stack stands."""
        return str(self.api.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])

    def events(self, name: str = "mail") -> list[tuple[str, str, str | None]]:
        """The history, the oldest first: logical id, status, reason."""
        listed = self.api.describe_stack_events(StackName=name)["StackEvents"]
        return [
            (e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason"))
            for e in reversed(listed)
        ]

    def why(self, logical_id: str, name: str = "mail") -> str:
        """The reason of the resource's failure."""
        found = [r for who, s, r in self.events(name) if who == logical_id and "FAILED" in s]
        return str(found[-1])

    def zone(self, domain: str = "example.com") -> str:
        """A hosted zone to which the domain is delegated."""
        made = self.client("route53").create_hosted_zone(Name=f"{domain}.", CallerReference=domain)
        zone = str(made["HostedZone"]["Id"].rpartition("/")[2])
        servers = route53.servers_of(self.lab.account_id, zone)
        self.lab.dns.registry.delegate(domain, servers)
        return zone
