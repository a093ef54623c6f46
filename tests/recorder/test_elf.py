"""The linker's identity of libraries, in files of every class and byte order."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from reproof.recorder.elf import build_id
from tests.recorder.conftest import Project, compiled

ID = bytes(range(20))


def note(order: str, name: bytes, kind: int, content: bytes, align: int = 4) -> bytes:
    head = struct.pack(order + "III", len(name), len(content), kind) + name
    head += bytes(-len(head) % align)
    return head + content + bytes(-len(content) % align)


def elf(wide: bool, order: str, notes: bytes, align: int = 4) -> bytes:
    """Return an ELF file with a load segment, then one of notes."""
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    size, header = (56, 64) if wide else (32, 52)
    start = header + 2 * size
    rest = (header, 0, 0, header, size, 2, 0, 0, 0)
    head = ident + struct.pack(order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"), 3, 62, 1, 0, *rest)
    form = order + ("IIQQQQQQ" if wide else "IIIIIIII")
    load = struct.pack(form, 1, *([0] * 7))
    place = (4, start, 0, 0, len(notes), len(notes), 4, align)
    if wide:
        place = (4, 4, start, 0, 0, len(notes), len(notes), align)
    return head + load + struct.pack(form, *place) + notes


@pytest.mark.parametrize("wide", [True, False], ids=["64 bits", "32 bits"])
@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("align", [4, 8])
def test_it_is_the_note_of_gnu_ld_among_others(tmp_path: Path, wide: bool, order: str, align: int) -> None:
    notes = [(b"Linux\0", 3, b"other"), (b"GNU\0", 1, bytes(16)), (b"GNU\0", 3, ID)]
    content = b"".join(note(order, name, kind, text, align) for name, kind, text in notes)
    path = tmp_path / "lib.so"
    path.write_bytes(elf(wide, order, content, align))
    assert build_id(str(path)) == ID.hex()


def test_a_damaged_or_other_file_has_none(tmp_path: Path) -> None:
    whole = elf(True, "<", note("<", b"GNU\0", 3, ID))
    path = tmp_path / "lib.so"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert build_id(str(path)) is None
    for position in range(len(whole) - 36):  # before the note itself
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        assert build_id(str(path)) in (None, ID.hex())
    path.write_text("GROUP ( libc.so.6 )\n")
    assert build_id(str(path)) is None
    assert build_id(str(tmp_path / "gone")) is None
    assert build_id(str(tmp_path)) is None


def test_a_linked_program_has_the_one_that_was_asked_for(project: Project) -> None:
    named = compiled(project, "int main(void) { return 0; }", "-Wl,--build-id=0xc0ffee", name="named")
    nameless = compiled(project, "int main(void) { return 0; }", "-Wl,--build-id=none", name="nameless")
    assert (build_id(str(named)), build_id(str(nameless))) == ("c0ffee", None)


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is not here to compare with")
def test_readelf_says_the_same_of_this_machines_libraries() -> None:
    libraries = [str(path) for path in sorted(Path("/usr/lib").glob("*-linux-gnu/lib*.so.*"))[:25]]
    for library in libraries:
        printed = subprocess.run(["readelf", "-n", library], capture_output=True, text=True).stdout
        said = [line.split()[-1] for line in printed.splitlines() if "Build ID:" in line]
        assert build_id(library) == (said[0] if said else None)
