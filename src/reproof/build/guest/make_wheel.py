"""Makes one wheel in a container: unpacks the source, makes an environment with what the build needs, runs the backend.

The order comes as JSON in the first argument. What the build prints goes to standard error. Standard output carries the
answer and nothing else: one line of JSON (`filename`, `size`, `packages`), then the wheel's bytes. So nothing in the
container can write to the machine outside. Exit status: 0, or one of FAILED.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from typing import Any, BinaryIO, Dict, List, Set

PLACE = "/build"
ENV = PLACE + "/env"
OUT = PLACE + "/out"
FAILED = {"unpack": 21, "environment": 22, "build": 23, "wheel": 24}

SETUP_PY = """
import os, sys, setuptools, tokenize
sys.argv[0] = __file__ = os.path.abspath("setup.py")
sys.path[:] = [os.getcwd()] + [path for path in sys.path if path]
with getattr(tokenize, "open", open)(__file__) as handle:
    code = compile(handle.read().replace("\\r\\n", "\\n"), __file__, "exec")
exec(code, {"__name__": "__main__", "__file__": __file__})
"""
"""As pip runs a project without a backend: setuptools is imported first, for a script that knows only distutils."""
BACKEND = """
import importlib, json, os, re, sys
name, out, known, extra = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4:]
sys.path[:] = [os.path.abspath(path) for path in extra] + [path for path in sys.path if path]
module, _, inside = name.partition(":")
backend = importlib.import_module(module)
for attribute in filter(None, inside.split(".")):
    backend = getattr(backend, attribute)
ask = getattr(backend, "get_requires_for_build_wheel", None)
lacking = [one for one in (ask({}) if ask else ()) if one not in known]
if lacking:
    sys.exit("reproof: requires " + json.dumps(lacking))
backend.build_wheel(out, {}, None)
"""
"""PEP 517: the backend is imported in the source folder, which itself is not on the path. What it asks for besides is
told, unless that was considered before."""


def main(order: Dict[str, Any]) -> int:
    """Do what was ordered; return the exit status."""
    answer = os.fdopen(os.dup(1), "wb")  # not inherited: no process of the build can write to it
    os.dup2(2, 1)
    for folder in (OUT, PLACE + "/home", PLACE + "/tmp", PLACE + "/source"):
        os.makedirs(folder)
    steps = (("unpack", unpack), ("environment", make_environment), ("build", build))
    for name, step in steps:
        try:
            status = step(order)
        except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
            say("{}: {}".format(type(error).__name__, error))
            status = 1
        if status:
            return FAILED[name]
    wheels = [name for name in os.listdir(OUT) if name.endswith(".whl")]
    if len(wheels) != 1:
        say("the build left {} wheels: {}".format(len(wheels), ", ".join(sorted(wheels))))
        return FAILED["wheel"]
    send(answer, os.path.join(OUT, wheels[0]))
    return 0


def unpack(order: Dict[str, Any]) -> int:
    """Unpack the source; its members were checked outside."""
    if order["source"].endswith(".zip"):
        with zipfile.ZipFile(order["source"]) as archive:
            archive.extractall(PLACE + "/source")
    else:
        with tarfile.open(order["source"]) as archive:
            archive.extractall(PLACE + "/source")
    # Some archives hold folders that even their owner may not enter or write.
    for folder, _, names in os.walk(PLACE + "/source"):
        os.chmod(folder, 0o755)
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, os.stat(path).st_mode | 0o644)
    return 0


def make_environment(order: Dict[str, Any]) -> int:
    """Make a virtual environment with the build's requirements, without any index."""
    status = run([sys.executable, "-m", "venv", "--without-pip", ENV], PLACE)
    if status or not order["wheels"]:
        return status
    words = ["--no-index", "--no-deps", "--no-compile", "--no-cache-dir", "--no-warn-script-location",
             "--disable-pip-version-check", "--quiet"]  # fmt: skip
    return run([ENV + "/bin/python", order["pip"] + "/pip", "install"] + words + order["wheels"], PLACE)


def build(order: Dict[str, Any]) -> int:
    """Run the backend, or `setup.py` where there is none."""
    python, source = ENV + "/bin/python", os.path.join(PLACE, "source", order["folder"])
    if order["backend"] is None:
        return run([python, "-c", SETUP_PY, "bdist_wheel", "--dist-dir", OUT], source)
    words = [order["backend"], OUT, json.dumps(order["known"])]
    return run([python, "-c", BACKEND] + words + order["backend_path"], source)


def run(argv: List[str], cwd: str) -> int:
    """Run a program without input; what it prints goes to standard error. Return its status."""
    environ = dict(os.environ, PATH=ENV + "/bin:" + os.environ["PATH"], VIRTUAL_ENV=ENV)
    return subprocess.call(argv, cwd=cwd, env=environ, stdin=subprocess.DEVNULL)


def send(answer: BinaryIO, path: str) -> None:
    """Write the answer."""
    head = {"filename": os.path.basename(path), "size": os.path.getsize(path), "packages": packages(path)}
    answer.write(json.dumps(head).encode() + b"\n")
    with open(path, "rb") as wheel:
        while True:
            chunk = wheel.read(1 << 20)
            if not chunk:
                break
            answer.write(chunk)
    answer.close()


def packages(path: str) -> List[str]:
    """Return the distribution packages with the libraries that the wheel's own link to, as far as dpkg knows."""
    place = PLACE + "/libraries"
    with zipfile.ZipFile(path) as wheel:
        names = [name for name in wheel.namelist() if re.search(r"\.so(\.\d+)*$", name)]
        for name in names:
            wheel.extract(name, place)
    linked: Set[str] = set()
    for name in names:
        linked.update(re.findall(r"=> (/\S+)", ask(["ldd", os.path.join(place, name)])))
    real = sorted({os.path.realpath(library) for library in linked if not library.startswith(PLACE)} | linked)
    found: Set[str] = set()
    for library in real:
        # dpkg knows libraries by the path before /lib became a link to /usr/lib.
        for spelling in (library, library[len("/usr") :] if library.startswith("/usr/") else "/usr" + library):
            found.update(re.findall(r"^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9]+)?: ", ask(["dpkg", "-S", spelling]), re.M))
    return sorted(found)


def ask(argv: List[str]) -> str:
    """Return what a program prints; nothing if it is not there."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace")


def say(text: str) -> None:
    """Tell what went wrong."""
    sys.stderr.write("reproof: " + text + "\n")


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
