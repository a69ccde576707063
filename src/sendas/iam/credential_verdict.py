"""The words for what is the matter with a credential."""

from enum import StrEnum


class CredentialVerdict(StrEnum):
    """One word for what is the matter; more than one can be."""

    FINE = "fine"
    DUE = "due"
    OVERDUE = "overdue"
    NEVER_USED = "never-used"
    USED_THOUGH_REPLACED = "used-although-replaced"
    ORPHAN = "orphan"
    HOLDER_NOT_SEEN = "holder-not-seen"
    NEW_PLACE = "used-from-somewhere-new"
    TOO_MANY_RIGHTS = "too-many-rights"

    @property
    def wrong(self) -> bool:
        """Whether something is wrong, and not only to be borne in mind."""
        kind = CredentialVerdict
        return self not in {kind.FINE, kind.DUE, kind.NEVER_USED}
