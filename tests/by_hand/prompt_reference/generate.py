"""Writes the fixtures of tests/fixtures/prompts from the cases and the official packages; see the README beside it."""

import json
import pathlib
import subprocess
import sys
import tempfile

import cases

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parents[1] / "fixtures" / "prompts"


def answers(command, given, directory):
    path = pathlib.Path(directory, "cases.json")
    path.write_text(json.dumps(given))
    done = subprocess.run([*command, str(path)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main():
    node, python, gh_models = sys.argv[1:4]
    runs = {
        "dotprompt": ([node, "dotprompt.mjs"], cases.DOTPROMPT),
        "prompty": ([python, "prompty_cases.py"], cases.PROMPTY),
        "github": ([gh_models], cases.GITHUB),
    }
    with tempfile.TemporaryDirectory() as directory:
        for name, (command, given) in runs.items():
            found = []
            for case, answer in zip(given, answers(command, given, directory), strict=True):
                for message in answer.get("messages", []):
                    if isinstance(message["content"], str):
                        message["content"] = [{"text": message["content"]}]
                kept = {key: value for key, value in answer.items() if value is not None}
                found.append({**case, "reference": kept})
            text = json.dumps(found, ensure_ascii=False, indent=1)
            (FIXTURES / f"{name}.json").write_text(text + "\n")
            print(name, len(found))


main()
