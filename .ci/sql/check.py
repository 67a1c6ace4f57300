#!/usr/bin/env python3
"""Parses every T-SQL file under a folder with a grammar that is not ours: sqlfluff's.

T-SQL is what is called `*.tsql.sql` or lies under a folder `sqlserver`; all other SQL is SQLite's,
which the tests run. A file is parsed section by section (`-- [name] what it is`), as pieces of a statement are put
together by the program: what begins with a word that begins no statement is parsed where such a piece
stands. Ends with 1 where something does not parse, and prints how many there were.
"""

import re

import sys
from pathlib import Path

from sqlfluff.core import FluffConfig, Linter


def is_tsql(path: Path) -> bool:
    return path.name.endswith(".tsql.sql") or "sqlserver" in path.parts[:-1]


SECTION = re.compile(r"^(?=-- \[)", re.MULTILINE)

# Where a piece may stand.
PLACES = (
    "{}",
    "SELECT 1 FROM t WHERE 1 = 1 {}",
    "SELECT 1 FROM t {}",
    "SELECT 1 FROM t WHERE {}",
    "SELECT {} FROM t",
)

# So many sections may make one statement that none of them is without the others.
MOST_JOINED = 6


def sections(text: str) -> list[tuple[int, str]]:
    """The sections of a file without their comments, each with the number of its first line."""
    found, line = [], 1
    for section in SECTION.split(text):
        code = re.sub(r"--.*", "", section).strip()
        if code:
            found.append((line, code))
        line += section.count("\n")
    return found


def faults(linter: Linter, path: Path) -> list[str]:
    """What of a file is no T-SQL, by line."""
    pieces = sections(path.read_text(encoding="utf-8"))
    if not pieces:
        return [f"{path}: the file is empty"]
    found, at = [], 0
    while at < len(pieces):
        line, code = pieces[at]
        joined = [
            "\n".join(code for _, code in pieces[at : at + number])
            for number in range(1, min(MOST_JOINED, len(pieces) - at) + 1)
        ]
        fits = (number for number, code in enumerate(joined, 1) if is_tsql_code(linter, code))
        number = next(fits, None)
        if number is None:
            found.append(f"{path}:{line}: {why_not(linter, code)}")
        at += number or 1
    return found


def is_tsql_code(linter: Linter, code: str) -> bool:
    """True where it parses in one of the places."""
    return any(why_not(linter, place.format(code)) is None for place in PLACES)


def why_not(linter: Linter, code: str) -> str | None:
    """What of it is no T-SQL; none where it parses."""
    parsed = linter.parse_string(code)
    if parsed.violations:
        return parsed.violations[0].desc()
    root = parsed.root_variant()
    if root is None or root.tree is None:
        return "nothing of it could be parsed"
    for part in root.tree.recursive_crawl("unparsable"):
        return f"no T-SQL: {part.raw[:60]!r}"
    return None


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
