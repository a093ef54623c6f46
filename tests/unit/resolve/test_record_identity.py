"""The recorder's rule is the resolver's rule."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from reproof.recorder import record
from reproof.recorder.record import record_identity

WHEEL = """\
pack/a.py,sha256=aa,1
"pack/with,comma.py",sha256=bb,2
pack-1.data/purelib/b.py,sha256=cc,3
pack-1.data/scripts/go,sha256=dd,4
pack-1.dist-info/METADATA,sha256=ee,5
pack-1.dist-info/RECORD,,
"""
INSTALLED = """\
../../../bin/go,sha256=zz,9
/etc/pack.conf,sha256=zz,9
b.py,sha256=cc,3
pack-1.dist-info/INSTALLER,sha256=yy,3
pack-1.dist-info/METADATA,sha256=ee,5
pack-1.dist-info/RECORD,,
pack-1.dist-info/REQUESTED,sha256=yy,0
pack-1.dist-info/direct_url.json,sha256=yy,0
pack/__pycache__/a.cpython-311.pyc,,
pack/a.py,sha256=aa,1
"pack/with,comma.py",sha256=bb,2
"""


def test_a_wheel_and_what_was_installed_from_it_are_the_same() -> None:
    assert record_identity(WHEEL) == record_identity(INSTALLED)


def test_a_changed_file_is_another_distribution() -> None:
    assert record_identity(WHEEL) != record_identity(WHEEL.replace("sha256=aa", "sha256=ab"))
    assert record_identity(WHEEL) != record_identity(WHEEL.replace("pack/a.py", "pack/c.py"))


def test_metadata_folders_inside_packages_count() -> None:
    bundled = "pack/v/x-1.dist-info/INSTALLER,sha256=aa,1\n"
    assert record_identity(WHEEL) != record_identity(WHEEL + bundled)


def test_the_module_runs_alone_in_a_bare_interpreter() -> None:
    folder = str(Path(record.__file__).parent)
    code = f"import sys; sys.path.insert(0, {folder!r}); import record; print(record.record_identity(''))"
    printed = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert record_identity("") == printed.strip()
