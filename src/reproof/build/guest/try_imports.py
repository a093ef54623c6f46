"""Imports modules one after the other, and says of each how that went. Plain Python 3.6, nothing of ours.

The order comes as JSON in the first argument: `modules` (`pkg.mod`, or `pkg.mod:name` for a name in one), and `path`,
the folders that the program's own modules lie in. Standard output carries one line of JSON for each module that was
tried, in order; what modules print goes to standard error. A crash ends it early: the next module is the one.
"""

import importlib
import json
import os
import sys
import traceback


def main(argument):
    # type: (str) -> int
    """Try every module, and return 0 whatever came of it."""
    order = json.loads(argument)
    report = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path[0:0] = order["path"]
    sys.argv = ["-c"]
    for name in order["modules"]:
        answer = attempt(name)
        report.write(json.dumps(dict(answer, module=name)) + "\n")
        report.flush()
    # What modules do at exit is of no interest, and may wait for threads of theirs.
    sys.stderr.flush()
    os._exit(0)


def attempt(name):
    # type: (str) -> dict[str, object]
    """Return `error` None if the import succeeded, else its kind, its text, the module that is missing, and where."""
    module, _, attribute = name.partition(":")
    try:
        found = importlib.import_module(module)
        if attribute and not hasattr(found, attribute):
            importlib.import_module(module + "." + attribute)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        frames = traceback.extract_tb(sys.exc_info()[2])
        return {
            "error": type(error).__name__,
            "text": str(error)[:2000],
            "missing": getattr(error, "name", None) if isinstance(error, ImportError) else None,
            "where": "{}:{}".format(frames[-1].filename, frames[-1].lineno) if frames else "",
        }
    return {"error": None}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
