"""The identity of a distribution: what its RECORD says of the files that every installer leaves as they are.

The recorder applies it to what is installed, `resolve` to the RECORD inside a wheel; equal means the same files.
Standard library only, Python 3.6 or later, and nothing of ours: this runs inside the user's interpreter.
"""

import csv
import hashlib

# Written by installers, so they differ between a wheel and what was installed from it.
_BY_INSTALLER = ("RECORD", "RECORD.jws", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")


def record_identity(text):
    # type: (str) -> str
    """Return `sha256:<hex>` over the sorted (path, hash, size) of a RECORD's files, wherever it was found.

    Files without a hash, compiled files, those that installers write and those that they move out of the site
    folder (scripts, data, headers) do not count: they are not the same in the wheel and on disk.
    """
    lines = set()
    for row in csv.reader(text.splitlines()):
        if len(row) < 2 or not row[1]:
            continue
        path = _installed_path(row[0].replace("\\", "/"))
        if path is not None:
            lines.add("{},{},{}\n".format(path, row[1], row[2] if len(row) > 2 else ""))
    digest = hashlib.sha256("".join(sorted(lines)).encode("utf-8", "surrogateescape"))
    return "sha256:" + digest.hexdigest()


def _installed_path(path):
    # type: (str) -> str | None
    """Return where an installer puts this file in the site folder; None if it goes elsewhere or is rewritten."""
    if path.startswith(("../", "/")) or path.endswith(".pyc"):
        return None
    top, _, rest = path.partition("/")
    if top.endswith(".dist-info") and rest in _BY_INSTALLER:
        return None
    if top.endswith(".data"):
        scheme, _, inside = rest.partition("/")
        return inside if scheme in ("purelib", "platlib") and inside else None
    return path
