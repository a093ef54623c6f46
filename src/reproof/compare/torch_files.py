"""Checkpoints of torch: tensors by element, everything else by value, read from the zip without executing its index."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reproof.compare.evidence import Comparator, Evidence, Pair
from reproof.compare.pickle_machine import read_pickle
from reproof.compare.pickle_parts import Global
from reproof.compare.pickle_values import Values
from reproof.compare.tensors import DTYPES, STORAGES, decode
from reproof.compare.trees import Opaque, Tensor, compare_files

INDEX = "data.pkl"
DERIVED = (".data/serialization_id", "byteorder", "version", ".format_version", ".storage_alignment")
"""Members that say how the file was written; the byte order is applied where the tensors are read."""
DAMAGE = (IndexError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, NotImplementedError, EOFError)


@dataclass(frozen=True, slots=True)
class Archive:
    """The zip of a checkpoint. All members lie below one folder."""

    zip: zipfile.ZipFile
    folder: str

    @classmethod
    def of(cls, data: bytes) -> Archive:
        """Open a checkpoint. Raises ValueError when the bytes are none."""
        try:
            opened = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise ValueError(f"it is no zip: {error}") from error
        folder = next((name.partition("/")[0] for name in opened.namelist() if name.endswith(f"/{INDEX}")), None)
        if folder is None:
            raise ValueError("it holds no index of tensors")
        return cls(opened, folder)

    def read(self, member: str) -> bytes:
        """Return a member; torch compresses none. Raises KeyError, ValueError, BadZipFile."""
        info = self.zip.getinfo(f"{self.folder}/{member}")
        if info.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{member} is compressed")
        return self.zip.read(info)

    def rest(self) -> dict[str, object]:
        """Return the other members: the code of a scripted model, and what was stored beside the tensors."""
        skipped = (INDEX, *DERIVED)
        names = [name.partition("/")[2] for name in self.zip.namelist() if name.startswith(f"{self.folder}/")]
        return {n: Opaque(self.read(n)) for n in sorted(names) if n not in skipped and not n.startswith("data/")}

    def storage(self, key: Any) -> Tensor:
        """Return the elements of a storage that the index names. Raises ValueError, KeyError."""
        kind, storage, name, _, count = key
        if kind != "storage" or not isinstance(storage, Global):
            raise ValueError("the index names something that is no storage")
        short = storage.name.rpartition(".")[2]
        dtype = STORAGES.get(short, "U8")
        swapped = f"{self.folder}/byteorder" in self.zip.namelist() and self.read("byteorder").strip() == b"big"
        flat = decode(self.read(f"data/{name}"), DTYPES[dtype], swapped)
        if short in STORAGES and flat.size != count:
            raise ValueError(f"storage {name} has {flat.size:,} of {count:,} elements")
        return Tensor(flat, short.removesuffix("Storage").lower())


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is the zip that torch writes."""
    if not data.startswith(b"PK"):
        return False
    try:
        Archive.of(data)
    except ValueError:
        return False
    return True


def compare(pair: Pair) -> Evidence:
    """Return how two checkpoints differ. Raises ValueError when one of them is damaged."""
    return compare_files(pair, load, "elements")


def load(data: bytes) -> object:
    """Return what a checkpoint holds as a tree. Raises ValueError."""
    archive = Archive.of(data)
    try:
        tree = Values(archive.storage).plain(read_pickle(archive.read(INDEX)))
        rest = archive.rest()
    except DAMAGE as error:
        raise ValueError(f"the checkpoint cannot be read: {error or type(error).__name__}") from error
    return {"": tree, **rest} if rest else tree


TORCH = Comparator("torch", recognizes, compare)
