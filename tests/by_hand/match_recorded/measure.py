#!/usr/bin/env python3
"""Measure `hindcast prompt match` on recorded calls whose prompt version is stated.

usage: measure.py --binary target/release/hindcast --recorded DIR [--only FORMAT]

DIR holds folders of recorded traces. For each format a workspace gets a git repository with a commit for each version of the
prompts that made the calls; the traces are imported, and every model call is matched. Reported for each folder: calls whose
version is stated, how many the match names rightly, and how many recorded variables come back byte for byte. Then the same
calls are matched in a repository of other prompts: nothing may match.
"""
import argparse, collections, json, os, subprocess, sys, tempfile

import prompts as made

TRUE_LABELS = set(made.RULES) | set(made.CHAT) | set(made.AGENT)


class Workspace:
    def __init__(self, binary, root, prompts, form):
        self.binary, self.root = binary, root
        self.env = {"PATH": os.environ["PATH"], "HOME": os.path.join(root, "home"), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        if "LD_LIBRARY_PATH" in os.environ:
            self.env["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        os.makedirs(self.env["HOME"])
        self.ws = os.path.join(root, "ws")
        os.makedirs(os.path.join(self.ws, "prompts"))
        open(os.path.join(self.ws, "hindcast.toml"), "w").close()
        self.git("init", "-q")
        self.git("config", "user.name", "match test")
        self.git("config", "user.email", "match@example.org")
        for name, versions in prompts.items():
            path = os.path.join(self.ws, "prompts", name + made.ENDINGS[form])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            for label, text in versions:
                with open(path, "w", newline="") as f:
                    f.write(text)
                self.git("add", "-A")
                self.git("commit", "-qm", "%s %s" % (name, label))
                self.git("tag", "%s/%s" % (name, label))

    def git(self, *args):
        subprocess.run(["git", "-C", self.ws] + list(args), check=True, env=self.env)

    def run(self, args, ok=(0,)):
        done = subprocess.run([self.binary, "--workspace", self.ws] + args, env=self.env, cwd=self.ws,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
        if done.returncode not in ok:
            raise SystemExit("FAILED %s: exit %s\n%s" % (args, done.returncode, done.stderr.decode()[-2000:]))
        return done.stdout.decode()

    def calls(self):
        sql = ("SELECT s.trace_id, s.span_id, s.prompt_version, s.prompt_variables, o.path, m.role, m.content FROM spans s "
               "JOIN sources o USING (source_id) JOIN messages m USING (trace_id, span_id) WHERE s.kind = 'llm' "
               "AND m.direction = 'input' AND m.position = (SELECT min(position) FROM messages f WHERE f.trace_id = "
               "s.trace_id AND f.span_id = s.span_id AND f.direction = 'input') ORDER BY ALL")
        return [json.loads(line) for line in self.run(["sql", sql, "--format", "jsonl"]).splitlines()]

    def match(self, call):
        args = ["prompt", "match", call["trace_id"], "--span", call["span_id"], "--format", "json"]
        done = self.run(args, ok=(0, 1, 4))
        return json.loads(done) if done.strip() else None


def variables(call):
    found = call["prompt_variables"]
    found = json.loads(found) if isinstance(found, str) else found
    return found or {}


def is_stale(call, folder):
    """Whether the version that a call states is another call's: of the query it refines, or of a run before."""
    refines = call["content"].startswith(made.REFINE.split("\n")[0])
    return refines or folder == "openllmetry" and call["role"] == "user"


def is_of_another_template(call, documents):
    """Whether the documents stand in the call as no loop over them writes them: one after another, without ids."""
    _, mark, after = call["content"].partition("\n\nDocuments:\n")
    return documents == "loop" and bool(mark) and not after.startswith("[")


def measure(space, form, documents, tally, verbose):
    for call in space.calls():
        report = space.match(call)
        if report is None:
            continue
        folder = os.path.basename(os.path.dirname(call["path"]))
        row = tally[folder]
        stated = call["prompt_version"]
        if stated not in TRUE_LABELS:
            row["unstated"] += 1
            row["unstated, matched"] += bool(report["matches"])
            continue
        if is_stale(call, folder):
            row["stale"] += 1
            continue
        if is_of_another_template(call, documents) and not report["matches"]:
            row["of another template, none"] += 1
            continue
        row["stated"] += 1
        best = report["matches"][0] if report["matches"] else None
        row["right"] += bool(best and best["version"] == stated)
        row["wrong"] += bool(best and best["version"] != stated)
        row["none"] += best is None
        if verbose and not (best and best["version"] == stated):
            print("  %s %s %s: stated %s, match %s" % (folder, call["trace_id"], call["span_id"], stated, best and best["version"]))
        for name, value in variables(call).items():
            row["variables"] += 1
            row["recovered"] += bool(best and name in best["variables"] and best["variables"][name] == value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--recorded", required=True)
    parser.add_argument("--only", choices=list(made.ENDINGS))
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    folders = sorted(os.path.join(options.recorded, name) for name in os.listdir(options.recorded)
                     if name.startswith(("openinference", "openllmetry", "otel", "langfuse", "pydantic")))
    binary = os.path.abspath(options.binary)
    for form in [options.only] if options.only else list(made.ENDINGS):
        for documents in ["whole"] + (["loop", "choice"] if form in made.LOOPS else []):
            with tempfile.TemporaryDirectory() as root:
                space = Workspace(binary, root, made.prompts(form, documents), form)
                space.run(["import"] + folders, ok=(0, 4))
                tally = collections.defaultdict(collections.Counter)
                measure(space, form, documents, tally, options.verbose)
                print("%s, documents %s" % (form, documents))
                for folder, row in sorted(tally.items()):
                    print("  %-34s %s" % (folder, ", ".join("%s %d" % item for item in row.items() if item[1])))
        with tempfile.TemporaryDirectory() as root:
            space = Workspace(binary, root, made.strangers(form), form)
            space.run(["import"] + folders, ok=(0, 4))
            calls = space.calls()
            false = [call for call in calls if (space.match(call) or {}).get("matches")]
            print("%s, prompts that made none: %d of %d calls matched" % (form, len(false), len(calls)))
            for call in false:
                print("  %s %s: %s" % (call["trace_id"], call["span_id"], space.match(call)["matches"][0]))


if __name__ == "__main__":
    sys.exit(main())
