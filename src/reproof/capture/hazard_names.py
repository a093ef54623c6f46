"""The names, imports resolved, by which hazards are recognised."""

from __future__ import annotations

CLOCKS = {
    "time.time", "time.time_ns", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today", "pandas.Timestamp.now", "pandas.Timestamp.today", "pandas.Timestamp.utcnow",
}  # fmt: skip
CONVERSIONS = {"time.strftime": 2, "time.ctime": 1, "time.localtime": 1, "time.gmtime": 1, "time.asctime": 1}
"""Convert a time that they are given, as the argument of this number; without it they read the clock."""

ASKING_BUILTINS = {"input", "raw_input", "breakpoint"}
ASKING = {
    "sys.stdin.read", "sys.stdin.readline", "sys.stdin.readlines", "sys.stdin.buffer.read", "getpass.getpass",
    "click.prompt", "click.confirm", "click.pause", "click.getchar", "typer.prompt", "typer.confirm", "pdb.set_trace",
    "rich.prompt.Prompt.ask", "rich.prompt.Confirm.ask",
}  # fmt: skip

RANDOM_NAMES = {
    "uuid.uuid1", "uuid.uuid4", "secrets.token_hex", "secrets.token_urlsafe", "tempfile.mkdtemp", "tempfile.mkstemp",
    "tempfile.mktemp", "os.getpid", "socket.gethostname",
}  # fmt: skip
HOMES = {"os.path.expanduser", "pathlib.Path.home"}
HOME_VARIABLES = {"os.getenv", "os.environ.get"}

LISTINGS = {"os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob"}
LISTING_METHODS = {"iterdir", "glob", "rglob"}
UNORDERED = {"concurrent.futures.as_completed", "asyncio.as_completed", "dask.distributed.as_completed", "ray.wait"}
UNORDERED_METHODS = {"imap_unordered"}

ORDER_FREE = {"sorted", "len", "set", "frozenset", "min", "max", "any", "all", "bool"}
"""Built-in functions that give the same for every order; `sum` is not one of them: floats round as they come."""
ORDER_FREE_METHODS = {
    "add", "discard", "update", "remove", "union", "intersection", "difference", "issubset", "issuperset", "isdisjoint",
    "unlink", "rmdir", "Counter", "rmtree", "assertLen", "assertIn", "assertNotIn", "assertCountEqual",
}  # fmt: skip
ORDERED_TAKERS = {"list", "tuple", "enumerate", "sum", "zip", "iter", "map", "filter", "next", "reversed", "dict"}

WRITERS = {
    "save", "savetxt", "savez", "savez_compressed", "save_model", "save_pretrained", "save_weights", "savefig", "dump",
    "to_csv", "to_parquet", "to_pickle", "to_json", "to_feather", "to_hdf", "write_text", "write_bytes", "write_csv",
    "write_parquet", "makedirs", "mkdir", "imsave", "imwrite", "save_file", "copy", "copyfile", "copytree", "move",
    "rename", "replace", "touch", "FileHandler", "SummaryWriter", "save_to_disk", "write_image", "write_html",
}  # fmt: skip
"""Functions and methods that leave a file."""
