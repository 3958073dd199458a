#!/usr/bin/env python3
"""Kill runs with SIGKILL at random moments, resume each to its end, and count what was asked and paid.

usage: kill_runs.py --binary target/release/hindcast [--kills 200] [--cases 160] [--concurrency 16] [--seed 1]

A double on loopback answers every question after a few milliseconds and counts what it was asked and what it answered in full:
what it answered is paid. Each round starts a run, kills it at a random moment (before its first request, or after), and resumes
it twice: first without asking calls again whose fate is unknown, then with --retry-unknown. Then every case has exactly one
answer, every answer that was on disk at the kill is still the same, and nothing was asked twice but what was in flight at the
kill. The harness first proves that it can see a planted loss.
"""
import argparse, collections, http.server, json, os, random, shutil, signal, socketserver, subprocess, sys, tempfile, threading, time


class Counts:
    def __init__(self):
        self.lock = threading.Lock()
        self.asked, self.answered = collections.Counter(), collections.Counter()

    def clear(self):
        with self.lock:
            self.asked.clear()
            self.answered.clear()

    def total(self):
        with self.lock:
            return sum(self.asked.values())


COUNTS = Counts()


class Double(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        question = body["messages"][-1]["content"]
        with COUNTS.lock:
            COUNTS.asked[question] += 1
            number = COUNTS.asked[question]
        time.sleep(random.uniform(0.004, 0.03))
        chunk = lambda delta, finish: "data: " + json.dumps(
            {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}) + "\n\n"
        text = chunk({"content": "Answer %d to " % number}, None) + chunk({"content": question}, None) + chunk({}, "stop")
        text += "data: " + json.dumps({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}) + "\n\n"
        data = (text + "data: [DONE]\n\n").encode()
        try:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            self.close_connection = True
        # Even where nobody took it any more, a provider would bill it.
        with COUNTS.lock:
            COUNTS.answered[question] += 1


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass


def traces(path, count):
    with open(path, "w") as out:
        for n in range(count):
            message = lambda role, text: json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])
            text = lambda key, value: {"key": key, "value": {"stringValue": value}}
            span = {
                "traceId": "%032x" % (n + 1), "spanId": "%016x" % (n + 1), "name": "chat m", "kind": 3,
                "startTimeUnixNano": str(1780000000000000000 + n * 10**9), "endTimeUnixNano": str(1780000000500000000 + n * 10**9),
                "attributes": [
                    text("gen_ai.operation.name", "chat"), text("gen_ai.provider.name", "openai"),
                    text("gen_ai.request.model", "gpt-4.1"),
                    {"key": "gen_ai.request.max_tokens", "value": {"intValue": "20"}},
                    text("gen_ai.input.messages", message("user", "Question %d?" % n)),
                    text("gen_ai.output.messages", message("assistant", "Recorded %d." % n)),
                ]}
            out.write(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}) + "\n")


class Workspace:
    def __init__(self, binary, root, port, concurrency):
        self.binary, self.root, self.concurrency = binary, root, str(concurrency)
        self.env = {"PATH": os.environ["PATH"], "HOME": os.path.join(root, "home"), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        if "LD_LIBRARY_PATH" in os.environ:
            self.env["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        self.ws = os.path.join(root, "ws")
        os.makedirs(self.env["HOME"])
        os.makedirs(os.path.join(self.ws, "prompts"))
        with open(os.path.join(self.ws, "hindcast.toml"), "w") as out:
            out.write('[defaults]\nconcurrency = %s\n[providers.double]\nkind = "openai"\nbase_url = "http://127.0.0.1:%d/v1"\n'
                      '[prices."double/m"]\ninput = 1\noutput = 2\n' % (self.concurrency, port))

    def spawn(self, args):
        return subprocess.Popen([self.binary, "--workspace", self.ws] + args, env=self.env, cwd=self.ws,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, args, ok=(0,)):
        process = self.spawn(args)
        out, err = process.communicate(timeout=300)
        if process.returncode not in ok:
            raise SystemExit("FAILED %s: exit %s\n%s\n%s" % (args, process.returncode, out.decode()[-2000:], err.decode()[-2000:]))
        return out.decode()

    def journals(self):
        folder = os.path.join(self.ws, ".hindcast", "journal")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return {name[4:-6]: os.path.join(folder, name) for name in names if name.startswith("run-")}

    def journalled(self, path):
        """Intents without a result, and the text of each result, by result id; only whole lines count."""
        has_run, intents, results = False, set(), {}
        for line in open(path, "rb").read().split(b"\n")[:-1]:
            record = json.loads(line.split(b"\t", 1)[1])
            has_run |= record["type"] == "run"
            if record["type"] == "intent":
                intents.add(record["intent"]["result_id"])
            elif record["type"] == "result":
                body = record["result"]["result"]
                results[body["result_id"]] = (body["status"], body["output_text"])
        return has_run, intents - set(results), results

    def results(self, run):
        return [json.loads(line) for line in self.run(["runs", run, "--format", "jsonl"]).splitlines()]


def check_end(before, rows, cases):
    """Every case once, and what was there at the kill as it was."""
    by_id = {row["result_id"]: row for row in rows}
    assert len(by_id) == len(rows) == cases, "%d results of %d cases, %d ids" % (len(rows), cases, len(by_id))
    assert len({row["trace_id"] for row in rows}) == cases, "a case is there twice"
    for result_id, (status, text) in before.items():
        row = by_id[result_id]
        assert (row["status"], row["output_text"]) == (status, text), "result %s changed: %s" % (result_id, row)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cases", type=int, default=160)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    server = Server(("127.0.0.1", 0), Double)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = tempfile.mkdtemp(prefix="hindcast-kill-runs-")
    w = Workspace(os.path.abspath(options.binary), root, server.server_address[1], options.concurrency)
    traces(os.path.join(root, "t.otlp.jsonl"), options.cases)
    w.run(["import", os.path.join(root, "t.otlp.jsonl"), "--format", "json"])
    replay = ["replay", "kind:llm", "-m", "double/m", "--no-cache", "--yes", "--max-cost", "100", "--format", "json"]

    # One whole run: how long it sends, and what the harness sees of a loss and of a double payment.
    started = time.time()
    outcome = json.loads(w.run(replay))
    length = outcome["wall_ms"] / 1000
    assert outcome["ok"] == options.cases and COUNTS.total() == options.cases, outcome
    rows = w.results(outcome["run_id"])
    for planted in (rows[1:], rows[:-1] + [rows[0]]):
        try:
            check_end({}, planted, options.cases)
            raise SystemExit("the harness does not see a planted loss")
        except AssertionError:
            pass
    print("a whole run sends for %.2f s" % length, file=sys.stderr)

    known, tally = set(w.journals()), collections.Counter()
    while tally["killed"] < options.kills:
        COUNTS.clear()
        process = w.spawn(replay)
        if rng.random() < 0.85:
            while COUNTS.total() == 0 and process.poll() is None:
                time.sleep(0.001)
            time.sleep(rng.uniform(0, length))
        else:
            time.sleep(rng.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        # What the double has in hand at the kill it answers, and bills.
        time.sleep(0.05)
        new = set(w.journals()) - known
        known |= new
        if process.returncode != -signal.SIGKILL:
            tally["ended before the kill"] += 1
            continue
        tally["killed"] += 1
        run = next(iter(new), None)
        has_run, unknown, before = w.journalled(w.journals()[run]) if run else (False, set(), {})
        asked_before = COUNTS.asked.copy()
        if not has_run:
            assert not asked_before, "something was asked before the run was on disk"
            tally["killed before the run began"] += 1
            continue
        assert sum(asked_before.values()) <= len(unknown) + len(before), "asked without an intent"
        w.run(["replay", "--resume", run, "--yes", "--format", "json"], ok=(0, 3))
        left = [row for row in w.results(run) if row["status"] == "unknown"]
        assert {row["result_id"] for row in left} == unknown, "unknown calls are not those without a result"
        assert max(COUNTS.asked.values()) <= 1, "something was asked twice without the user's word"
        w.run(["replay", "--resume", run, "--retry-unknown", "--yes", "--format", "json"])
        rows = w.results(run)
        check_end(before, rows, options.cases)
        assert all(row["status"] == "ok" for row in rows)
        by_trace = {int(row["trace_id"], 16) - 1: row["result_id"] for row in rows}
        twice = {"Question %d?" % n for n, result in by_trace.items() if result in unknown}
        for question, count in COUNTS.answered.items():
            assert count == 1 or (count == 2 and question in twice), "%s was paid %d times" % (question, count)
        assert len(COUNTS.answered) == options.cases
        tally["killed with calls in flight"] += bool(unknown)
        tally["in flight at a kill"] += len(unknown)
        tally["of them paid twice after --retry-unknown"] += sum(count - 1 for count in COUNTS.answered.values())
        tally["results on disk at a kill"] += len(before)
        print("\r%d killed" % tally["killed"], end="", file=sys.stderr)
    print(file=sys.stderr)
    print("%d cases, %d at once: %s; no result lost, none twice, nothing asked twice but what was in flight at a kill"
          % (options.cases, options.concurrency, dict(tally)))
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
