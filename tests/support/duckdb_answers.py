"""Run by DuckDB's own Python: questions that come as JSON, asked of a file of lines."""

import json
import sys

import duckdb  # type: ignore[import-not-found]  # installed by `make test-peers` alone


def main() -> None:
    """Print each question's rows, as JSON."""
    asked = json.load(sys.stdin)
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in asked["columns"])
    world = duckdb.connect()
    world.execute(
        "CREATE TABLE line AS SELECT *, substr(sent_at, 1, 10) AS day FROM read_json("  # noqa: S608  our own file
        f"'{asked['file']}', format = 'newline_delimited', columns = {{{columns}}})"
    )
    answers = [world.execute(one["text"], one["given"]).fetchall() for one in asked["questions"]]
    json.dump(answers, sys.stdout)


main()
