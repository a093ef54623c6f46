"""Profiles of tables, by DuckDB: it reads every format that is a table, in bounded memory, without running anything.

The process that calls this is a child with limits (`profile_worker`). DuckDB itself may open the one file that it is
given and no other, and neither loads nor fetches extensions.
"""

from __future__ import annotations

import duckdb

from reproof.capture.columns import Answer, describe

MEMORY = "1GB"
MOST_ROWS = 2_000_000
MOST_CELLS = 40_000_000
"""Of a larger table the first rows are read: 300 MB or so, a few seconds."""
MOST_COLUMNS = 200


def profile_table(path: str, format: str, compression: str) -> Answer:
    """Return the profile of the table in a file.

    Raises:
        duckdb.Error: it is damaged, or no such table.
        OSError, ValueError: an Arrow file is damaged.
        ImportError: Arrow files need pyarrow.
    """
    connection = connect(path)
    source = read_arrow(connection, path) if format == "arrow" else reader(path, format, compression)
    types = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    names = [(str(name), str(type_)) for name, type_, *_ in types]
    rows = min(MOST_ROWS, MOST_CELLS // max(1, len(names)))
    try:
        found = load(connection, source, names, rows)
    except duckdb.OutOfMemoryException:
        rows //= 20  # long texts: a part that surely fits
        source = read_arrow(connection, path) if format == "arrow" else source
        found = load(connection, source, names, rows)
    sampled = found > rows
    return {
        "format": format,
        "rows": total(connection, source, format) if sampled else found,
        "columns": describe(connection, names[:MOST_COLUMNS]),
        "sampled": sampled,
        "omitted": max(0, len(names) - MOST_COLUMNS),
    }


def connect(path: str) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that may open one file."""
    connection = duckdb.connect(
        ":memory:",
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "1",
                "memory_limit": MEMORY, "temp_directory": ""},
    )  # fmt: skip
    # One thread: what is merged from several depends on their order, and equal files are to have equal profiles.
    connection.execute(f"SET allowed_paths = [{quoted(path)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def reader(path: str, format: str, compression: str) -> str:
    """Return the expression that reads a file as a table."""
    where = f"{quoted(path)}, compression = {quoted(compression)}"
    if format == "parquet":
        return f"read_parquet({quoted(path)})"
    if format == "jsonl":
        return f"read_json({where}, format = 'newline_delimited')"
    return f"read_csv({where}{', delim = chr(9)' if format == 'tsv' else ''})"


def read_arrow(connection: duckdb.DuckDBPyConnection, path: str) -> str:
    """Make an Arrow file readable under a name, and return that. Raises ImportError, OSError, ValueError."""
    import pyarrow

    stream = pyarrow.memory_map(path)
    if stream.read(6) == b"ARROW1":
        file = pyarrow.ipc.open_file(stream)
        batches = (file.get_batch(number) for number in range(file.num_record_batches))
        batches = pyarrow.RecordBatchReader.from_batches(file.schema, batches)
    else:
        stream.seek(0)
        batches = pyarrow.ipc.open_stream(stream)
    connection.register("arrow_file", batches)
    return "arrow_file"


def load(connection: duckdb.DuckDBPyConnection, source: str, names: list[tuple[str, str]], rows: int) -> int:
    """Read the first rows into memory, its columns named `c0`, `c1`, …; return how many there are, at most one more."""
    columns = ", ".join(f"{identifier(name)} AS c{index}" for index, (name, _) in enumerate(names[:MOST_COLUMNS]))
    connection.execute("DROP TABLE IF EXISTS loaded")
    connection.execute(f"CREATE TEMP TABLE loaded AS SELECT {columns} FROM {source} LIMIT {rows + 1}")
    counted = connection.execute("SELECT count(*) FROM loaded").fetchone()
    return int(counted[0]) if counted else 0


def total(connection: duckdb.DuckDBPyConnection, source: str, format: str) -> int | None:
    """Return the rows of a file whose end says how many it has; None of one that would have to be read."""
    counted = connection.execute(f"SELECT count(*) FROM {source}").fetchone() if format == "parquet" else None
    return int(counted[0]) if counted else None


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
