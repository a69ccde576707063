"""Secrets Manager where moto forgets or invents: stages, accesses, deletions.

Recorded (secretsmanager-test_secretsmanager.snapshot.json of LocalStack's tests): stages in
order of their names, versions without one not listed, dates of access only where there was one.
"""

import importlib
import json

from typing import Any


_MARKED = "You can't perform this operation on the secret because it was marked for deletion."
_SCHEDULED = (
    "You can't create this secret because a secret with this name is already scheduled for"
    " deletion."
)


def mend_secrets() -> None:
    """Mend moto's own classes; once for the process."""
    models = importlib.import_module("moto.secretsmanager.models")
    errors = importlib.import_module("moto.secretsmanager.exceptions")
    _mend_versions(models, errors)
    _mend_creation(models, errors)


def _today(models: Any) -> int:  # noqa: ANN401  moto's module
    """AWS keeps the day of the last access, no more."""
    return int(models.time.time()) // 86_400 * 86_400


def _mend_versions(models: Any, errors: Any) -> None:  # noqa: ANN401, C901  moto's modules, method by method
    backend, secret = models.SecretsManagerBackend, models.FakeSecret
    get, put, shown = (
        backend.get_secret_value,
        backend.put_secret_value,
        secret.to_dict,
    )

    def get_value(self: Any, secret_id: str, version_id: str, version_stage: str) -> Any:  # noqa: ANN401  moto's
        if self._is_valid_identifier(secret_id):
            held = self.secrets[secret_id]
            if held.is_deleted():
                raise errors.InvalidRequestException(_MARKED)
            stages = [s for one in held.versions.values() for s in one["version_stages"]]
            if version_stage and not version_id and version_stage not in stages:
                text = (
                    "Secrets Manager can't find the specified secret value for staging label:"
                    f" {version_stage}"
                )
                raise errors.ResourceNotFoundException(text)
        found = get(self, secret_id, version_id, version_stage)
        held = self.secrets[secret_id]
        held.last_accessed_date = _today(models)
        held.versions[found["VersionId"]]["last_accessed_date"] = _today(models)
        return {**found, "VersionStages": sorted(found["VersionStages"])}

    def put_value(self: Any, *args: Any, **more: Any) -> str:  # noqa: ANN401  moto's
        found = json.loads(put(self, *args, **more))
        found["VersionStages"] = sorted(found["VersionStages"])
        return json.dumps(found)

    def list_versions(self: Any, secret_id: str, deprecated: bool = False) -> str:  # noqa: ANN401, FBT001, FBT002  moto's
        if not self._is_valid_identifier(secret_id):
            raise errors.SecretNotFoundException
        held = self.secrets[secret_id]
        versions = [
            {
                "VersionId": number,
                **_staged(one),
                "CreatedDate": one["createdate"],
                "KmsKeyIds": [held.kms_key_id or "DefaultEncryptionKey"]
                if held.kms_key_id != backend.DEFAULT_KMS_KEY_ALIAS
                else ["DefaultEncryptionKey"],
                **_accessed(one),
            }
            for number, one in held.versions.items()
            if one["version_stages"] or deprecated
        ]
        return json.dumps({"ARN": held.arn, "Name": held.name, "Versions": versions})

    def ask_for_versions(self: Any) -> str:  # noqa: ANN401  moto's
        found: str = self.backend.list_secret_version_ids(
            self._get_param("SecretId", if_none=""),
            bool(self._get_param("IncludeDeprecated")),
        )
        return found

    def show(self: Any) -> Any:  # noqa: ANN401  moto's
        found = shown(self)
        if getattr(self, "last_accessed_date", None):
            found["LastAccessedDate"] = self.last_accessed_date
        for key in ("VersionIdsToStages", "SecretVersionsToStages"):
            if key in found:
                found[key] = {
                    number: sorted(stages) for number, stages in found[key].items() if stages
                }
        return found

    backend.get_secret_value, backend.put_secret_value = get_value, put_value
    backend.list_secret_version_ids, secret.to_dict = list_versions, show
    answers = importlib.import_module("moto.secretsmanager.responses").SecretsManagerResponse
    answers.list_secret_version_ids = ask_for_versions


def _staged(version: Any) -> dict[str, list[str]]:  # noqa: ANN401  moto's
    stages = version["version_stages"]
    return {"VersionStages": sorted(stages)} if stages else {}


def _accessed(version: Any) -> dict[str, int]:  # noqa: ANN401  moto's
    date = version.get("last_accessed_date")
    return {"LastAccessedDate": date} if date else {}


def _mend_creation(models: Any, errors: Any) -> None:  # noqa: ANN401  moto's modules
    backend = models.SecretsManagerBackend
    create = backend.create_secret

    def made(self: Any, name: str, *args: Any, **more: Any) -> Any:  # noqa: ANN401  moto's
        held = self.secrets.get(name)
        if held is not None and held.is_deleted():
            raise errors.InvalidRequestException(_SCHEDULED)
        return create(self, name, *args, **more)

    backend.create_secret = made
    for name in ("tag_resource", "untag_resource"):
        setattr(backend, name, _of_the_living(getattr(backend, name), errors))


def _of_the_living(theirs: Any, errors: Any) -> Any:  # noqa: ANN401  moto's method and module
    """The same, but for a secret that is marked for deletion."""

    def asked(self: Any, secret_id: str, *args: Any, **more: Any) -> Any:  # noqa: ANN401  moto's
        if self._is_valid_identifier(secret_id) and self.secrets[secret_id].is_deleted():
            raise errors.InvalidRequestException(_MARKED)
        return theirs(self, secret_id, *args, **more)

    return asked
