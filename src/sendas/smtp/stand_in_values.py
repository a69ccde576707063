"""Texts that stand where a value belongs: references, masks, whole documents, another's password.

A variable that nobody filled in, an address in a secret store or what a tool prints in place of a
secret is stored as it is, and SES refuses it like any wrong password.
Sources: shells and dotenv, docker compose, GitHub Actions, Terraform ("(sensitive value)", "(known
after apply)"), CloudFormation's dynamic references, 1Password's ``op://``, Vault, Azure Key Vault,
Kubernetes' mounted secrets; Google help, "Sign in with app passwords".
"""

import re


_VARIABLE = re.compile(
    r"\$\{[^{}]{1,200}\}|\$\([^()]{1,200}\)|\$[A-Za-z_]\w{0,100}|%[A-Za-z_]\w{0,100}%|"
    r"\{\{[^{}]{1,200}\}\}|<%=?[^%]{1,200}%>|\$\{\{[^{}]{1,200}\}\}|@[\w.]{1,40}\([^()]{1,300}\)|"
    r"(?:process\.env|os\.environ|env|ENV|var|local|data|module|secrets|settings|config)"
    r"(?:\.\w{1,100}|\[[^\[\]]{1,100}\]|\(['\"][^()]{1,100}['\"]\)){1,5}|"
    r"!(?:Ref|Sub|GetAtt|ImportValue) .{1,200}|getenv\(.{1,100}\)"
)
_ADDRESS = re.compile(
    r"arn:aws[a-z-]{0,10}:[a-z0-9-]{1,40}:.{1,300}|[a-z][a-z0-9+-]{1,30}://.{1,300}|"
    r"(?:vault|secret|ssm|keyring|sops|file|env|ref|aws|gcp|azure)[:#]/?.{1,300}|"
    r"/(?:run|var|etc|mnt)/\S{1,200}|projects/[^/]{1,60}/secrets/.{1,100}"
)
_MASK = re.compile(
    r"[*\u2022\u25cf\u00b7xX.#_-]{3,100}|[(<\[{][^()<>\[\]{}\"':]{2,60}[)>\]}]|"
    r"(?:null|none|nil|undefined|true|false|NaN|changeme|change-me|redacted|todo|tbd|secret|"
    r"password|passwd|smtp_password|"
    r"your[-_ ]?\w{0,20}[-_ ]?(?:password|secret|key)(?:[-_ ]here)?)",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(r"\s*(?:\{.*[\"'].*\}|\[.*[\"'].*\]|---\s.*|<\?xml.*)\s*", re.DOTALL)
_APP_PASSWORD = re.compile(r"[a-z]{4}([ \u00a0-]?)[a-z]{4}\1[a-z]{4}\1[a-z]{4}")


def stands_for(text: str) -> str | None:
    """What *text* is that only stands for a value, to follow "this is"; None if a value may be."""
    bare = text.strip().strip("\"'`").strip()
    if not bare:
        return None
    if _VARIABLE.fullmatch(bare):
        return "the name of a variable that nobody put a value in for"
    if _ADDRESS.fullmatch(bare):
        return "the address of a secret in a store, not the secret"
    if _MASK.fullmatch(bare):
        return "what stands in a form or a listing in place of a secret"
    return None


def is_document(text: str) -> bool:
    """Whether *text* is a whole JSON, YAML or XML document, in which a value may stand."""
    return _DOCUMENT.fullmatch(text) is not None


def is_app_password(text: str) -> bool:
    """Whether *text* has the form of a Google app password: sixteen letters, often in fours."""
    return _APP_PASSWORD.fullmatch(text.strip()) is not None
