#!/usr/bin/env python3
"""Makes a large repository of prompts, to measure history, blame and diff by hand.

    tests/by_hand/big_repository.py DIRECTORY [--commits 10000] [--prompts 50] [--files 2000] [--merges]

The repository has prompts below prompts/, each renamed now and then, beside source files that most commits change; one
tag in twenty versions, and with --merges side branches that are merged. Everything follows from the arguments: two
runs make the same commits. Then, in DIRECTORY:

    time hindcast prompt log prompt-00
    time hindcast prompt blame prompt-00
    time hindcast prompt diff prompt-00 HEAD~5000 work
"""

import argparse
import random
import subprocess
import sys
from pathlib import Path

RULES = [
    "Answer from the documents only.",
    "Name the document of each statement.",
    "Say so where the documents do not answer.",
    "Prefer the newest document.",
    "Keep to three sentences.",
    "Write for a customer, not for a colleague.",
    "Use the language of the question.",
    "Never promise a date.",
]


class Prompt:
    """One prompt with the path it has now."""

    def __init__(self, number, chance):
        self.base = f"prompt-{number:02}"
        self.renames = 0
        self.path = f"prompts/{self.base}-old.prompt"
        self.version = 0
        self.rules = [f"{rule} ({self.base}, rule {index})" for index, rule in enumerate(RULES * 3)]
        chance.shuffle(self.rules)

    def text(self):
        rules = "\n".join(self.rules)
        return (
            f"---\nversion: v{self.version}\n---\n{{{{role \"system\"}}}}\n{rules}\n\n"
            "Documents:\n{{context}}\n{{role \"user\"}}\n{{question}}\n"
        )

    def edit(self, chance):
        self.version += 1
        place = chance.randrange(len(self.rules))
        self.rules[place] = f"{chance.choice(RULES)} ({self.base}, change {self.version})"

    def rename(self, last):
        old = self.path
        self.renames += 1
        self.path = f"prompts/{self.base}.prompt" if last else f"prompts/{self.base}-{self.renames}.prompt"
        return old


class Stream:
    """What git fast-import reads."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.mark = 0
        self.time = 1_600_000_000

    def write(self, text):
        self.pipe.write(text.encode())

    def data(self, text):
        encoded = text.encode()
        self.pipe.write(b"data %d\n" % len(encoded) + encoded + b"\n")

    def commit(self, branch, message, changes, start=None, merge=None):
        self.mark += 1
        self.time += 600
        self.write(f"commit refs/heads/{branch}\nmark :{self.mark}\n")
        self.write(f"committer Author {self.mark % 7} <author{self.mark % 7}@localhost> {self.time} +0000\n")
        self.data(message)
        if start:
            self.write(f"from :{start}\n")
        if merge:
            self.write(f"merge :{merge}\n")
        for change in changes:
            if change[0] == "M":
                self.write(f"M 100644 inline {change[1]}\n")
                self.data(change[2])
            else:
                self.write(f"R {change[1]} {change[2]}\n")
        return self.mark


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--prompts", type=int, default=50)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--merges", action="store_true")
    asked = parser.parse_args()
    chance = random.Random(7)
    subprocess.run(["git", "init", "-q", "-b", "main", asked.directory], check=True)
    for key, value in [("user.name", "Author"), ("user.email", "author@localhost")]:
        subprocess.run(["git", "-C", asked.directory, "config", key, value], check=True)
    importer = subprocess.Popen(["git", "-C", asked.directory, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    stream = Stream(importer.stdin)
    prompts = [Prompt(number, chance) for number in range(asked.prompts)]
    first = [("M", f"src/part{n % 40}/file{n}.txt", f"file {n}\n") for n in range(asked.files)]
    tip = stream.commit("main", "Begin", first + [("M", p.path, p.text()) for p in prompts])
    tags = []
    side = None
    while stream.mark < asked.commits:
        kind = chance.random()
        prompt = chance.choice(prompts)
        if kind < 0.25:
            prompt.edit(chance)
            # A side branch changes source files only, so that merging it is simple.
            tip = stream.commit("main", f"Change {prompt.base} to v{prompt.version}", [("M", prompt.path, prompt.text())])
            if prompt.version % 20 == 0:
                tags.append((f"{prompt.base}/v{prompt.version}", tip))
        elif kind < 0.27 and prompt.renames < 3:
            old = prompt.rename(last=prompt.renames == 2)
            tip = stream.commit("main", f"Rename {old}", [("R", old, prompt.path)])
        elif asked.merges and kind < 0.30:
            number = chance.randrange(asked.files)
            change = ("M", f"src/part{number % 40}/file{number}.txt", f"side {stream.mark}\n")
            side = stream.commit("side", f"Change file {number} beside", [change], start=tip)
            tip = stream.commit("main", "Merge side", [change], start=tip, merge=side)
        else:
            number = chance.randrange(asked.files)
            change = ("M", f"src/part{number % 40}/file{number}.txt", f"file {number} at {stream.mark}\n")
            tip = stream.commit("main", f"Change file {number}", [change])
    last = [("R", p.path, f"prompts/{p.base}.prompt") for p in prompts if p.path != f"prompts/{p.base}.prompt"]
    if last:
        stream.commit("main", "Give the prompts their names", last)
    for name, mark in tags:
        stream.write(f"reset refs/tags/{name}\nfrom :{mark}\n\n")
    importer.stdin.close()
    if importer.wait() != 0:
        sys.exit("git fast-import failed")
    subprocess.run(["git", "-C", asked.directory, "reset", "-q", "--hard", "main"], check=True)
    print(f"{asked.directory}: {stream.mark} commits, {len(prompts)} prompts, {len(tags)} tags")


if __name__ == "__main__":
    main()
