#!/usr/bin/env python3
"""Kill hindcast with SIGKILL at random moments and check that nothing acknowledged is lost or doubled.

usage: kill.py --binary target/release/hindcast [--kills 200] [--within 0.15] [--seed 1] [--keep]

Each round picks one of: import, replay, score, prompt commit, index rebuild, first start; starts it in a workspace, kills it
after a random delay of up to --within seconds (often too late: then it is acknowledged), and from then on every acknowledged
thing must be found. It ends after so many kills.
A separate process does the checking. The harness first proves that it can see a planted loss.
"""
import argparse, itertools, json, os, random, shutil, signal, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))


class Workspace:
    def __init__(self, binary, root):
        self.binary, self.root = binary, root
        self.env = {"PATH": os.environ["PATH"], "HOME": os.path.join(root, "home"), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        if "LD_LIBRARY_PATH" in os.environ:
            self.env["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        os.makedirs(self.env["HOME"])
        self.ws = os.path.join(root, "ws")
        os.makedirs(os.path.join(self.ws, "prompts"))
        shutil.copytree(os.path.join(REPO, "traces"), os.path.join(root, "feed"))
        for args in (["init", "-q"], ["config", "user.name", "kill test"], ["config", "user.email", "kill@example.org"]):
            subprocess.run(["git", "-C", self.ws] + args, check=True, env=self.env)
        open(os.path.join(self.ws, "hindcast.toml"), "w").close()
        self.edit_prompt(0)
        subprocess.run(["git", "-C", self.ws, "add", "-A"], check=True, env=self.env)
        subprocess.run(["git", "-C", self.ws, "commit", "-qm", "start"], check=True, env=self.env)
        self.feed = sorted(
            os.path.join(root, "feed", f) for f in os.listdir(os.path.join(root, "feed"))
            if ".json" in f or f.endswith((".pb", ".gz", ".zst")))
        self.scores, self.commits, self.imported, self.runs, self.results = [], [], set(), set(), {}

    def edit_prompt(self, n):
        with open(os.path.join(self.ws, "prompts", "answer.prompt"), "w") as f:
            f.write("---\nmodel: local/none\n---\n{{role \"user\"}}\nAnswer number %d: {{question}}\n" % n)

    def spawn(self, args):
        return subprocess.Popen([self.binary, "--workspace", self.ws] + args, env=self.env, cwd=self.ws,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, args, ok=(0,)):
        p = self.spawn(args)
        out, err = p.communicate(timeout=120)
        if p.returncode not in ok:
            raise SystemExit("FAILED %s: exit %s\n%s\n%s" % (args, p.returncode, out.decode()[-2000:], err.decode()[-2000:]))
        return out.decode()

    def rows(self, sql):
        return [json.loads(line) for line in self.run(["sql", sql, "--format", "jsonl"]).splitlines()]

    def journal_results(self):
        found = {}
        folder = os.path.join(self.ws, ".hindcast", "journal")
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if not name.startswith("run-"):
                continue
            for line in open(os.path.join(folder, name), "rb").read().split(b"\n")[:-1]:
                try:
                    record = json.loads(line.split(b"\t", 1)[1])
                except (IndexError, ValueError):
                    continue
                if record.get("type") == "result":
                    body = record["result"]["result"]
                    found.setdefault(body["result_id"], []).append(body["status"])
        return found

    def check(self):
        doubled = self.rows("select count(*) - count(distinct trace_id || '/' || span_id) as n from spans")[0]["n"]
        assert int(doubled) == 0, "doubled spans"
        have = {r["path"] for r in self.rows("select path from sources")}
        for path in self.imported:
            assert any(os.path.basename(path) in h for h in have), "lost source %s" % path
        names = {r["name"] for r in self.rows("select name from scores")}
        for name in self.scores:
            assert name in names, "lost score %s" % name
        doubled = self.rows("select count(*) - count(distinct (trace_id, coalesce(span_id, ''), name, created_at)) as n from scores")
        assert int(doubled[0]["n"]) == 0, "doubled scores"
        log = subprocess.run(["git", "-C", self.ws, "log", "--format=%s"], env=self.env, capture_output=True, text=True).stdout
        for subject in self.commits:
            assert log.count(subject + "\n") == 1, "commit %s" % subject
        ids = [r["result_id"] for r in self.rows("select result_id from results")]
        assert len(ids) == len(set(ids)), "doubled results"
        journalled = self.journal_results()
        for result, states in journalled.items():
            assert states.count("ok") <= 1, "result %s asked twice: %s" % (result, states)
            assert result in ids, "result %s is journalled and not in the index" % result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--within", type=float, default=0.15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    root = tempfile.mkdtemp(prefix="hindcast-kill-")
    w = Workspace(os.path.abspath(options.binary), root)
    w.run(["import", w.feed[0], "--format", "json"])
    w.imported.add(w.feed[0])
    trace = w.rows("select trace_id from traces limit 1")[0]["trace_id"]
    # The harness must see a loss before its silence means anything.
    w.scores.append("planted-loss")
    try:
        w.check()
        raise SystemExit("the harness does not see a planted loss")
    except AssertionError:
        w.scores.remove("planted-loss")

    killed, done, tally = 0, 0, {}
    for n in itertools.count():
        if killed >= options.kills:
            break
        kind = rng.choice(["import", "replay", "replay", "score", "commit", "rebuild", "first"])
        if kind == "import":
            path = rng.choice(w.feed)
            args = ["import", path, "--format", "json"]
        elif kind == "replay":
            args = ["replay", "has:chunks", "-m", "builtin/extractive", "--yes", "--no-cache", "--format", "json"]
        elif kind == "score":
            args = ["score", trace, "kill-%d" % n, str(rng.choice([0, 1]))]
        elif kind == "commit":
            w.edit_prompt(n + 1)
            args = ["prompt", "commit", "answer", "-m", "round %d" % n]
        elif kind == "rebuild":
            args = ["index", "--rebuild"]
        else:
            for name in os.listdir(os.path.join(w.ws, ".hindcast")):
                if name.startswith("index"):
                    target = os.path.join(w.ws, ".hindcast", name)
                    shutil.rmtree(target) if os.path.isdir(target) else os.remove(target)
            args = []
        process = w.spawn(args)
        try:
            process.wait(timeout=rng.uniform(0, options.within))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        acknowledged = process.returncode == 0
        killed += process.returncode == -signal.SIGKILL
        done += acknowledged
        if process.returncode not in (0, -signal.SIGKILL):
            raise SystemExit("round %d: %s ended with %s" % (n, args, process.returncode))
        tally[kind] = tally.get(kind, 0) + 1
        if acknowledged:
            if kind == "import":
                w.imported.add(path)
            elif kind == "score":
                w.scores.append("kill-%d" % n)
            elif kind == "commit":
                w.commits.append("round %d" % n)
        w.check()
        if kind == "replay":
            for run in json.loads("[%s]" % ",".join(w.run(["runs", "--format", "jsonl"]).splitlines())):
                if run["status"] == "interrupted" and run["run_id"] not in w.runs:
                    before = {r for r, s in w.journal_results().items() if r.startswith(run["run_id"]) and "ok" in s}
                    w.run(["replay", "--resume", run["run_id"], "--retry-unknown", "--yes", "--format", "json"])
                    w.runs.add(run["run_id"])
                    rows = w.rows("select trace_id, span_id, variant, sample, status from results where run_id = '%s'" % run["run_id"])
                    keys = {(r["trace_id"], r["span_id"], r["variant"], r["sample"]) for r in rows if r["status"] == "ok"}
                    assert len(keys) == len([r for r in rows if r["status"] == "ok"]), "a case was answered twice"
                    assert before <= {r for r, s in w.journal_results().items() if s.count("ok") == 1}, "a finished result was asked again"
        print("\rround %d: killed %d, acknowledged %d" % (n + 1, killed, done), end="", file=sys.stderr)
    print(file=sys.stderr)
    print("%d rounds %s: %d killed, %d acknowledged, nothing lost or doubled" % (n, tally, killed, done))
    if not options.keep:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
