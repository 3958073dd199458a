#!/usr/bin/env python3
"""Compares the rows of src/ui/widgets/editor/vim/rows.txt with a real vim, or fills in what is expected.

    python3 tests/by_hand/vim_rows.py            compare, and list what differs
    python3 tests/by_hand/vim_rows.py --fill     write vim's result behind rows that expect nothing yet

Rows below a line `# ours` differ from vim on purpose and are left out. Needs `vim` (9.0 was used).
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROWS = pathlib.Path(__file__).parents[2] / "src/ui/widgets/editor/vim/rows.txt"
NAMES = {"esc": "Esc", "enter": "CR", "tab": "Tab", "backspace": "BS", "delete": "Del", "lt": "lt",
         "left": "Left", "right": "Right", "up": "Up", "down": "Down", "home": "Home", "end": "End"}


def vim_keys(text):
    """Keys as a double-quoted string of vim's script."""
    def named(match):
        name = match[1]
        return "\\<C-%s>" % name[5:] if name.startswith("ctrl-") else "\\<%s>" % NAMES[name]
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"<([a-z-]{2,})>", named, text) + '"'


def run(start, keys):
    before, after = start.split("|", 1)
    lines = (before + after).split("\n")
    line = before.count("\n") + 1
    column = len(before.rsplit("\n", 1)[-1].encode()) + 1
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "lines.json").write_text(json.dumps(lines))
        (folder / "script.vim").write_text("\n".join([
            "set nocompatible encoding=utf-8 autoindent shiftwidth=2 softtabstop=2 expandtab tabstop=4",
            "set backspace=indent,eol,start ignorecase smartcase viminfo= noswapfile nojoinspaces",
            f"call setline(1, json_decode(readfile('{folder}/lines.json')[0]))",
            "let &undolevels = &undolevels",
            f"call cursor({line}, {column})",
            f"silent! call feedkeys({vim_keys(keys)}, 'tx')",
            f"call writefile([json_encode([getline(1, '$'), line('.'), col('.')])], '{folder}/out.json')",
            "qa!",
        ]))
        subprocess.run(["vim", "-u", "NONE", "-N", "-n", "-i", "NONE", "-es", "-S", str(folder / "script.vim")],
                       timeout=20, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found, row, col = json.loads((folder / "out.json").read_text())
    encoded = found[row - 1].encode()
    found[row - 1] = (encoded[:col - 1] + b"|" + encoded[col - 1:]).decode()
    return "\n".join(found)


def plain(field):
    return field.replace("⏎", "\n").replace("␉", "\t")


def main():
    lines = ROWS.read_text().splitlines()
    rows, ours = [], False
    for place, line in enumerate(lines):
        ours = ours or line.startswith("# ours")
        if line and not line.startswith("#") and not ours:
            rows.append((place, [field for field in line.split("\t") if field]))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda row: run(plain(row[1][0]), plain(row[1][1])), rows))
    agree = 0
    for (place, fields), result in zip(rows, found):
        if len(fields) == 2 and "--fill" in sys.argv:
            shown = result.replace("\n", "⏎").replace("\t", "␉")
            lines[place] = "\t".join([*fields, shown])
        elif len(fields) > 2 and plain(fields[2]) == result:
            agree += 1
        else:
            print(f"{fields[0]!r} {fields[1]!r}: vim gives {result!r}, the row {fields[2:]!r}")
    if "--fill" in sys.argv:
        ROWS.write_text("\n".join(lines) + "\n")
    print(f"{agree} of {len(rows)} rows agree with vim")


main()
