"""Every convention of saying what a project needs that is read. Where files contradict each other, the first counts."""

from __future__ import annotations

from reproof.needs.reader import Reader
from reproof.needs.readers.requirements_txt import REQUIREMENTS_TXT

READERS: tuple[Reader, ...] = (REQUIREMENTS_TXT,)
