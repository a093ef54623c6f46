"""Python imports this at start-up, because PYTHONPATH names our folder: starts the guest, then steps aside.

It must be readable for every Python, 2.7 included, and may neither raise nor print.
"""

import os
import sys


def _start(folder, record):
    # type: (str, str) -> None
    """Run hook.py without leaving a module or a path behind; its cached bytecode is used like any other's."""
    loader = type(__loader__)("hook", folder + "/hook.py")  # type: ignore[name-defined]
    hook = {"__name__": "hook", "__file__": loader.path, "__loader__": loader}
    exec(loader.get_code("hook"), hook)
    hook["start"](folder, record)


def _step_aside(folder):
    # type: (str) -> None
    """Take our folder out of the search path; the variable stays, for the children."""
    sys.path[:] = [entry for entry in sys.path if entry != folder]
    sys.path_importer_cache.pop(folder, None)


_folder = os.path.dirname(os.path.abspath(__file__))
_record = os.environ.get("REPROOF_RECORD")
_step_aside(_folder)
if _record and sys.version_info >= (3, 6):
    try:
        _start(_folder, _record)
    except Exception:
        pass

# The one that Python would have imported without us; what it raises is its own affair, so it is not caught.
_ours = sys.modules.pop("sitecustomize")
try:
    import sitecustomize  # type: ignore[import-not-found]  # noqa: F401
except ImportError as _error:
    sys.modules["sitecustomize"] = _ours
    if getattr(_error, "name", "sitecustomize") != "sitecustomize":
        raise
