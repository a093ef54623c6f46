"""Where the templates are: inside the installed package, or at the top of the repository in an editable install."""

from __future__ import annotations

from pathlib import Path

from reproof.errors import ReproofError


def template_folder(name: str) -> Path:
    """Return the folder of the templates called `name` (`dockerfile`, `report`).

    Raises:
        ReproofError: the installation is incomplete.
    """
    package = Path(__file__).parent
    for root in (package / "templates", package.parent.parent / "templates"):
        if (root / name).is_dir():
            return root / name
    raise ReproofError(f"the installation lacks its templates: no {name!r} beside {package}", "install reproof again")
