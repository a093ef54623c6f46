"""The shapes of secrets, as data: what each provider's tokens look like, and what else gives a secret away.

Each pattern has one group: the part that is the secret. They are for RE2, in bytes: no look-around, and a search takes
time in proportion to the text, whatever is in it. A table of our own, since the library that is known for this
(detect-secrets 1.5.0, its last release of 2024) finds lines and not spans, took 45 s for a megabyte here where this
takes 5 ms, and calls a `[PAD]` token a secret.
"""

from __future__ import annotations

import re

PREFIXED = (
    rb"\b((?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16})\b",  # AWS access key id
    rb"\b(gh[pousr]_[A-Za-z0-9]{20,})", rb"\b(github_pat_\w{20,})",  # GitHub
    rb"\b(gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|oas)-[\w-]{20,})",  # GitLab
    rb"\b(hf_[A-Za-z0-9]{20,})", rb"\b(api_org_[A-Za-z]{30,})",  # Hugging Face
    rb"\b([sr]k-(?:[a-z0-9]+-)*[A-Za-z0-9_-]{20,})",  # OpenAI, Anthropic, OpenRouter and the like
    rb"\b((?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,})", rb"\b(whsec_[A-Za-z0-9+/=]{20,})",  # Stripe
    rb"\b(xox[abeoprs]-[\w-]{10,})", rb"\b(xapp-\d-[\w-]{20,})",  # Slack
    rb"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/-]{20,})",
    rb"discord(?:app)?\.com/api/webhooks/(\d+/[\w-]{30,})",
    rb"\.webhook\.office\.com/webhookb2/([\w@/-]{30,})",
    rb"\b(SK[0-9a-f]{32})\b", rb"\b(SG\.[\w-]{16,}\.[\w-]{16,})", rb"\b(key-[0-9a-f]{32})\b",  # Twilio and its kin
    rb"\b([0-9a-f]{32}-us\d{1,2})\b",  # Mailchimp
    rb"\b(npm_[A-Za-z0-9]{30,})", rb"\b(pypi-[\w-]{40,})", rb"\b(rubygems_[0-9a-f]{40,})",
    rb"\b(AIza[\w-]{35})", rb"\b(ya29\.[\w-]{20,})", rb"\b(GOCSPX-[\w-]{20,})", rb"\b(1//0[\w-]{30,})",  # Google
    rb"\b([\w~.]{3}\dQ~[\w~.-]{31,})",  # Microsoft Entra
    rb"\b(dapi[0-9a-f]{32}(?:-\d)?)\b", rb"\b(AGE-SECRET-KEY-1[0-9A-Z]{40,})", rb"\b(\d{8,10}:AA[\w-]{32,34})",
    rb"\b(wandb_v1_\w{20,})", rb"\b(KGAT_[0-9a-f]{32})", rb"\b(gsk_[A-Za-z0-9]{30,})", rb"\b(r8_[A-Za-z0-9]{30,})",
    rb"\b((?:pplx|xai|nvapi|fw)-[\w-]{30,})", rb"\b(pcsk_\w{30,})", rb"\b(do[opr]_v1_[0-9a-f]{40,})",
    rb"\b(hv[sbr]\.[\w-]{24,})", rb"\b(lin_api_[A-Za-z0-9]{30,})", rb"\b(ntn_[A-Za-z0-9]{30,})",
    rb"\b(PMAK-[0-9a-f]{24}-[0-9a-f]{34})", rb"\b(shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})",
    rb"\b(sq0(?:csp|atp)-[\w-]{22,})",
    rb"\b(gl(?:c|sa)_[\w=+/-]{30,})", rb"\b(sntry[su]_[\w=+/-]{30,})", rb"\b(NRAK-[A-Z0-9]{27})\b",
    rb"\b(ATATT3[\w=-]{50,})", rb"\b(AKCp[A-Za-z0-9]{60,})", rb"\b(CCIPAT_\w{20,})", rb"\b(sbp_[0-9a-f]{40})",
    rb"\b(pscale_(?:tkn|pw|oauth)_[\w.=-]{30,})", rb"\b(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})",
    rb"\b(dp\.(?:pt|st|ct)\.\w{40,})",
    rb"\b(ey[JK][\w-]{8,}\.ey[\w-]{8,}\.[\w-]*)", rb"\b(eyJhcGlfYWRkcmVzcyI6[A-Za-z0-9+/=]{20,})",  # JWT, Neptune
)  # fmt: skip
"""Tokens that say themselves whose they are."""

PLACED = (
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----((?:[\s\\\"'+,rn]|[\w-]+: [^\n]*\n)*"
    rb"[A-Za-z0-9+/=]{16,}(?:[A-Za-z0-9+/=\s\\\"'+,])*)",
    rb"Private-Lines: \d+\s+([A-Za-z0-9+/=\s]{32,})",
    rb"://([\w.~%!$&+,;=-]*:[\w.~%!$&+,;=:?#@^*\\-]+)@", rb"://([A-Za-z0-9_-]{16,})@",
    rb"(?i:AccountKey|SharedAccessKey|SharedSecret)=([A-Za-z0-9+/=]{30,})", rb"[?&;]sig=([A-Za-z0-9%+/=]{30,})",
    rb"(?i:authorization)\\?[\"']?\s*[:=,]\s*\\?[\"']?(?i:basic|bearer|token|digest|apikey)\s+([A-Za-z0-9+/=._~:-]{6,})",
    rb"\b(?i:bearer|basic)\s+([A-Za-z0-9+/._~-]{20,}=*)",
    rb"\"(?:auth|identitytoken|registrytoken)\"\s*:\s*\"([A-Za-z0-9+/=._-]{8,})\"",
    rb"\bclient-key-data:\s*([A-Za-z0-9+/=]{20,})",
    rb"\"username\"\s*:\s*\"[^\"]*\"\s*,\s*\"key\"\s*:\s*\"([0-9a-zA-Z]{16,})\"",
    rb"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(\S+)",
    rb"(?m:^|[\s/:])_(?:authToken|auth|password)\s*=\s*[\"']?([^\s\"']{6,})",
)  # fmt: skip
"""Secrets that are known by what stands around them."""

ASSIGNED = (
    rb"(?i:([\w.-]*(?:pass(?:w(?:or)?d|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    rb"|account[_-]?key|auth[_-]?key|encryption[_-]?key|signing[_-]?key|credentials?))((?:[_-]\w+)*))"
    rb"\\?[\"']?(?:\s*:\s*[\w.\[\]| ]{1,40}?\s*=\s*|\s*(?:=>|:=|=|:)\s*)"
    rb"(?:[rbuf]{0,2}\\?\"([^\"\\\n]{4,})|[rbuf]{0,2}\\?'([^'\\\n]{4,})|([^\s\"'<>,;&(){}\[\]`|]{6,})(\(|\[|\{)?)"
)
"""A value given to a name that promises a secret. Groups: name, its suffix, the value in either quotes, a bare value,
and what makes a bare value a call or a subscript."""

ENDINGS = frozenset((
    "file", "path", "dir", "url", "uri", "name", "names", "env", "var", "variable", "type", "types", "field", "header",
    "prefix", "length", "len", "size", "count", "counts", "limit", "version", "label", "regex", "pattern", "endpoint",
    "id", "ids", "index", "list", "class", "embedding", "embeddings", "budget", "num", "number", "rate", "mode",
    "policy", "provider", "manager", "store", "storage", "source", "max", "min", "expiry", "ttl", "timeout", "mask",
    "position",
))  # fmt: skip
"""Last words of names that are about a secret, or a token of text, and hold none: `token_type`, `api_key_file`."""
COMMON = re.compile(r"(?i)(username|user|admin|root|foo|bar)?:?(password|passwd|pass|secret|admin|test)\d?")
"""What stands for a password in examples, and is none."""

OPTION = (
    r"--?[\w-]*(?:token|secret|pass(?:w(?:or)?d|phrase)?|pwd|api[_-]?key|access[_-]?key|private[_-]?key|credential)"
    r"(?:[_-]\w+)*"
)
"""An option of a command line whose value is a secret."""
