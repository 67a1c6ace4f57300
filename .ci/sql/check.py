#!/usr/bin/env python3
"""Parses every T-SQL file under a folder with a grammar that is not ours: sqlfluff's.

T-SQL is what is called `*.tsql.sql` or lies under a folder `sqlserver`; all other SQL is SQLite's,
which the tests run. Ends with 1 where a file does not parse, and prints how many there were.
"""

import sys
from pathlib import Path

from sqlfluff.core import FluffConfig, Linter


def is_tsql(path: Path) -> bool:
    return path.name.endswith(".tsql.sql") or "sqlserver" in path.parts[:-1]


def faults(linter: Linter, path: Path) -> list[str]:
    """What of a file is no T-SQL, by line and column."""
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        return [f"{path}: the file is empty"]
    parsed = linter.parse_string(text, fname=str(path))
    found = {
        (fault.line_no, fault.line_pos): fault.desc()
        for fault in parsed.violations
    }
    root = parsed.root_variant()
    tree = root.tree if root else None
    if tree is None:
        found.setdefault((1, 1), "nothing of it could be parsed")
    else:
        for segment in tree.recursive_crawl("unparsable"):
            place = segment.pos_marker
            found.setdefault(
                (place.line_no, place.line_pos), f"no T-SQL: {segment.raw[:60]!r}"
            )
    return [f"{path}:{line}:{column}: {why}" for (line, column), why in sorted(found.items())]


def main() -> int:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: check.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    # The files are SQL as it is: nothing in them is a template.
    config = FluffConfig(overrides={"dialect": "tsql", "templater": "raw"})
    linter = Linter(config=config)
    files = sorted(path for path in folder.rglob("*.sql") if is_tsql(path.relative_to(folder)))
    wrong = [fault for path in files for fault in faults(linter, path)]
    for fault in wrong:
        print(fault, file=sys.stderr)
    print(f"{len(files)} T-SQL files, {len(wrong)} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
