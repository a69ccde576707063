"""What has policies in IAM: users, roles and groups."""

import json

from dataclasses import dataclass

from sendas_lab.cloudformation.calls import ResourceFailed
from sendas_lab.cloudformation.provider import Properties, Work
from sendas_lab.cloudformation.template import Value


def text_of(document: Value) -> str:
    """A policy document as JSON text."""
    return document if isinstance(document, str) else json.dumps(document)


@dataclass(frozen=True, slots=True)
class Holder:
    """What has policies: a user, a role or a group."""

    kind: str

    @property
    def key(self) -> str:
        """The member of its calls that names it."""
        return f"{self.kind}Name"

    def put(self, work: Work, name: str, policy: str, document: Value) -> None:
        """Put an inline policy."""
        given = {self.key: name, "PolicyName": policy, "PolicyDocument": text_of(document)}
        work.call("iam", f"Put{self.kind}Policy", **given)

    def remove(self, work: Work, name: str, policy: str) -> None:
        """Remove an inline policy, if it is there."""
        given = {self.key: name, "PolicyName": policy}
        work.call.quietly("iam", f"Delete{self.kind}Policy", **given)

    def attach(self, work: Work, name: str, arn: str) -> None:
        """Attach a managed policy."""
        work.call("iam", f"Attach{self.kind}Policy", **{self.key: name, "PolicyArn": arn})

    def detach(self, work: Work, name: str, arn: str) -> None:
        """Detach a managed policy, if it is attached."""
        given = {self.key: name, "PolicyArn": arn}
        work.call.quietly("iam", f"Detach{self.kind}Policy", **given)

    def set(self, work: Work, name: str, wanted: Properties, before: Properties) -> None:
        """Its inline and managed policies, and its boundary."""
        old = {p["PolicyName"]: p["PolicyDocument"] for p in before.get("Policies") or ()}
        new = {p["PolicyName"]: p["PolicyDocument"] for p in wanted.get("Policies") or ()}
        for policy, document in new.items():
            if old.get(policy) != document:
                self.put(work, name, policy, document)
        for policy in old.keys() - new.keys():
            self.remove(work, name, policy)
        was = set(before.get("ManagedPolicyArns") or ())
        will = set(wanted.get("ManagedPolicyArns") or ())
        for arn in sorted(will - was):
            self.attach(work, name, arn)
        for arn in sorted(was - will):
            self.detach(work, name, arn)

    def clear(self, work: Work, name: str, properties: Properties) -> None:
        """Take off what the template put on, so that the holder can be deleted."""
        self.set(work, name, {}, properties)

    def inline(self, work: Work, name: str, policy: str) -> Value:
        """The document of an inline policy."""
        given = {self.key: name, "PolicyName": policy}
        return document_of(work.call("iam", f"Get{self.kind}Policy", **given)["PolicyDocument"])

    def read(self, work: Work, name: str, properties: Properties) -> dict[str, Value]:
        """Policies as they are, in the template's shape."""
        found: dict[str, Value] = {}
        if "Policies" in properties:
            found["Policies"] = [
                {
                    "PolicyName": one["PolicyName"],
                    "PolicyDocument": self._or_none(work, name, one["PolicyName"]),
                }
                for one in properties["Policies"]
            ]
        if "ManagedPolicyArns" in properties:
            listed = work.call("iam", f"ListAttached{self.kind}Policies", **{self.key: name})
            found["ManagedPolicyArns"] = [p["PolicyArn"] for p in listed["AttachedPolicies"]]
        return found

    def _or_none(self, work: Work, name: str, policy: str) -> Value:
        try:
            return self.inline(work, name, policy)
        except ResourceFailed as error:
            if error.kind == "NotFound":
                return None
            raise


def document_of(found: Value) -> Value:
    """A policy document as a structure."""
    return json.loads(found) if isinstance(found, str) else found


USER, ROLE, GROUP = Holder("User"), Holder("Role"), Holder("Group")
