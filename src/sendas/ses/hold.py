"""What mail that SES does not take waits for, where it is not the mail's own fault."""

from enum import StrEnum


class Hold(StrEnum):
    """What held mail waits for."""

    PAUSED = "paused"
    SANDBOX = "sandbox"
    RIGHTS = "rights"
    KEY = "key"
    QUOTA = "quota"
    SETTING = "setting"
    BY_OWNER = "by-owner"


HOLDS = {
    Hold.PAUSED: "SES has paused the account, its configuration set or its MAIL FROM domain",
    Hold.SANDBOX: "the account is in the sandbox, and the recipient is not verified",
    Hold.RIGHTS: "the relay's role or key may not send as this identity",
    Hold.KEY: "AWS does not take the relay's credentials",
    Hold.QUOTA: "the daily quota of the account is used up",
    Hold.SETTING: "the configuration set that the relay names does not exist in this Region",
    Hold.BY_OWNER: "held by `sendas relay queue hold`",
}
"""For people; what to do is the doctor's to say."""
