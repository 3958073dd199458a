"""Renders the Prompty cases with PyPI prompty; usage: python prompty_cases.py cases.json > expected.json"""

import json
import os
import pathlib
import sys
import tempfile

import prompty
from prompty.core.pipeline import prepare

os.environ.pop("HINDCAST_REFERENCE_SECRET", None)


def part(value):
    if value.kind == "text":
        return {"text": value.value}
    return {"kind": value.kind, "source": value.source}


def render(directory, case):
    path = pathlib.Path(directory, "case.prompty")
    path.write_bytes(case["file"].encode())
    inputs = dict(case.get("variables", {}))
    messages = prepare(prompty.load(path), inputs)
    return {"messages": [{"role": m.role, "content": [part(p) for p in m.parts]} for m in messages]}


def main():
    answers = []
    with tempfile.TemporaryDirectory() as directory:
        for case in json.loads(pathlib.Path(sys.argv[1]).read_text()):
            try:
                answers.append(render(directory, case))
            except Exception as error:  # what the package raises is part of the answer
                answers.append({"error": f"{type(error).__name__}: {error}".replace(directory, "")})
    print(json.dumps(answers, ensure_ascii=False))


main()
