#!/usr/bin/env python3
"""Replays recorded calls on every provider through servers that others wrote. See README.md beside it.

usage: try_providers.py --binary HINDCAST [--node-modules DIR] [--llama-python PYTHON --model FILE.gguf] [--only WORD] [--faults] [--keep]
"""
import argparse, json, os, shutil, socket, subprocess, sys, tempfile, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
BIN = os.path.dirname(sys.executable)


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Servers:
    """What was started, and is ended at the end."""

    def __init__(self, root):
        self.root, self.running = root, []

    def start(self, name, args, at, path="/", seconds=120, env=None):
        log = open(os.path.join(self.root, name + ".log"), "wb")
        child = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(os.environ, **(env or {})))
        self.running.append(child)
        end = time.time() + seconds
        while time.time() < end and child.poll() is None:
            try:
                urllib.request.urlopen("http://127.0.0.1:%d%s" % (at, path), timeout=2)
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.3)
        raise SystemExit("%s did not start; see %s" % (name, log.name))

    def end(self):
        for child in self.running:
            child.terminate()
        for child in self.running:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()


def proxied(servers, name, upstream):
    at = port()
    report = os.path.join(servers.root, name + ".checks.jsonl")
    open(report, "w").close()
    servers.start(name + "-checks", [sys.executable, os.path.join(HERE, "checking_proxy.py"), str(at), upstream, report], at, seconds=30)
    return "http://127.0.0.1:%d" % at, report


def kinds_of_aimock(url):
    """(name, kind, more of the table, model)"""
    return [
        ("openai", "openai", {"base_url": url + "/v1"}, "gpt-4.1-mini"),
        ("openrouter", "openai", {"base_url": url + "/api/v1"}, "openai/gpt-4.1-mini"),
        ("responses", "openai-responses", {"base_url": url + "/v1"}, "gpt-4.1-mini"),
        ("azure-dated", "azure", {"base_url": url, "api_version": "2024-10-21"}, "my-deployment"),
        ("azure-v1", "azure", {"base_url": url}, "my-deployment"),
        ("anthropic", "anthropic", {"base_url": url}, "claude-sonnet-4-5"),
        ("gemini", "gemini", {"base_url": url + "/v1beta"}, "gemini-2.5-flash"),
        ("vertex", "vertex", {"base_url": url, "project": "p1", "region": "us-central1", "api_key_cmd": "echo ya29.token"}, "gemini-2.5-flash"),
        ("bedrock", "bedrock", {"base_url": url, "region": "us-east-1"}, "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("cohere", "cohere", {"base_url": url}, "command-a-03-2025"),
    ]


def kinds_of_llmock(url):
    return [
        ("openai", "openai", {"base_url": url + "/v1"}, "gpt-4.1-mini"),
        ("responses", "openai-responses", {"base_url": url + "/v1"}, "gpt-4.1-mini"),
        ("anthropic", "anthropic", {"base_url": url + "/anthropic"}, "claude-sonnet-4-5"),
        ("gemini", "gemini", {"base_url": url + "/gemini/v1beta"}, "gemini-2.5-flash"),
        ("cohere", "cohere", {"base_url": url + "/cohere"}, "command-a-03-2025"),
        ("mistral", "mistral", {"base_url": url + "/mistral/v1"}, "mistral-small-latest"),
    ]


def kinds_of_llama(url):
    return [
        ("openai", "openai", {"base_url": url + "/v1"}, "small"),
        ("responses", "openai-responses", {"base_url": url + "/v1"}, "small"),
        ("anthropic", "anthropic", {"base_url": url}, "small"),
    ]


def kinds_of_litellm(url):
    return kinds_of_llama(url) + [
        ("gemini", "gemini", {"base_url": url + "/v1beta"}, "small"),
        ("azure-dated", "azure", {"base_url": url, "api_version": "2024-10-21"}, "small"),
    ]


def kinds_of_packages(url):
    return [
        ("cohere", "cohere", {"base_url": url}, "command-a-03-2025"),
        ("mistral", "mistral", {"base_url": url + "/mistral/v1"}, "magistral-medium"),
        ("responses", "openai-responses", {"base_url": url + "/v1"}, "gpt-5.4-mini"),
    ]


LITELLM = """model_list:
  - model_name: small
    litellm_params: {model: openai/small, api_base: "%s/v1", api_key: none}
litellm_settings: {drop_params: true, telemetry: false}
general_settings: {master_key: sk-0123456789abcdef}
"""


def rich_trace():
    """A call with a picture, thoughts, two parallel tool calls without ids of nine letters, their results, and a schema."""
    call = lambda i, name: {"type": "tool_call", "id": "call_%s_longer" % i, "name": name, "arguments": {"city": "Größe 漢字"}}
    answer = lambda i, value: {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_%s_longer" % i, "response": value}]}
    messages = [
        {"role": "system", "parts": [{"type": "text", "content": "Answer shortly."}]},
        {"role": "user", "parts": [{"type": "text", "content": "What is this, and what is the weather?"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": PIXEL}]},
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": "I look."},
            call("a", "get_weather"), call("b", "get_time")]},
        answer("a", "rain"), answer("b", {"time": "12:00"}),
        {"role": "user", "parts": [{"type": "text", "content": "So?"}]},
    ]
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
    tools = [{"type": "function", "name": name, "description": "Tells it", "parameters": schema} for name in ("get_weather", "get_time")]
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4.1",
                  "gen_ai.input.messages": json.dumps(messages), "gen_ai.tool.definitions": json.dumps(tools),
                  "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Rain."}], "finish_reason": "stop"}])}
    span = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "chat gpt-4.1", "kind": 3, "startTimeUnixNano": "1795435200000000000",
            "endTimeUnixNano": "1795435201000000000", "attributes": [{"key": k, "value": {"stringValue": v}} for k, v in attributes.items()]}
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"scope": {"name": "by-hand"}, "spans": [span]}]}]})


# Eight pixels by eight, all red.
PIXEL = ("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4z8CAFTEMLQkAKP8/wc53yE8AAAAASUVORK5CYII=")


class Bench:
    def __init__(self, binary, root):
        self.binary, self.ws = os.path.abspath(binary), os.path.join(root, "ws")
        os.makedirs(self.ws)
        shutil.copytree(os.path.join(REPO, "traces"), os.path.join(self.ws, "traces"))
        shutil.copytree(os.path.join(REPO, "prompts"), os.path.join(self.ws, "prompts"))
        with open(os.path.join(self.ws, "traces", "rich.otlp.jsonl"), "w") as f:
            f.write(rich_trace() + "\n")
        self.env = dict(os.environ, HOME=root, TRY_KEY="sk-0123456789abcdef", AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
                        AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    def configure(self, tries):
        with open(os.path.join(self.ws, "hindcast.toml"), "w") as f:
            f.write("[defaults]\nmax_output_tokens = 48\n\n")
            for name, kind, more, _ in tries:
                table = dict({"kind": kind}, **more)
                if kind != "bedrock" and "api_key_cmd" not in more:
                    table["api_key_env"] = "TRY_KEY"
                f.write("[providers.%s]\n%s\n" % (name, "".join("%s = %s\n" % (k, json.dumps(v)) for k, v in table.items())))

    def run(self, *args):
        return subprocess.run([self.binary, "--workspace", self.ws, *args], env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=550)

    def replay(self, model, *words):
        done = self.run("replay", "-m", model, "--no-cache", "-y", "--format", "json", *words)
        try:
            run = json.loads(done.stdout)
        except ValueError:
            return None, [], done.stderr.strip()
        rows = self.run("runs", run["run_id"], "--format", "jsonl").stdout.splitlines()
        return run, [json.loads(row) for row in rows], done.stderr


# What is replayed: two answers over documents, and two calls that offer tools.
TOOLS = """select distinct trace_id from spans where kind = 'llm' and tools is not null order by all limit 2"""


# What llmock is told to break: an answer is kept and marked as cut, failures are tried again, limits are waited for.
FAULTS = [["--stream-fault", "truncate=1"], ["--stream-fault", "disconnect=1"], ["--stream-fault", "malformed=1"],
          ["--error-rate", "503=1"], ["--error-rate", "401=1"], ["--error-rate", "429=0.5"], ["--context-window", "40"]]

FORMAT = {"type": "json_schema", "json_schema": {"name": "weather", "strict": True, "schema": {
    "type": "object", "properties": {"mm": {"type": "number"}}, "required": ["mm"], "additionalProperties": False}}}


def cases(bench):
    offering = " or ".join("id:" + json.loads(line)["trace_id"] for line in
                           bench.run("sql", TOOLS, "--format", "jsonl").stdout.splitlines())
    return [("text", ["--limit", "2", "--set", "max_tokens=40", "not", "has:tools", "not", "id:" + "ab" * 16]),
            ("tools", ["--limit", "2", "--calls", "all", "--set", "max_tokens=60", offering]),
            ("rich", ["--set", "max_tokens=3000", "--set", "reasoning_effort=low", "--set", "tool_choice=required",
                      "--set", 'stop=["END"]', "--set", "top_k=40", "--set", "presence_penalty=0.5", "--set", "seed=7",
                      "--set", "response_format=" + json.dumps(FORMAT), "id:" + "ab" * 16])]


def show(server, name, what, run, rows, said):
    if run is None:
        print("%-9s %-12s %-6s FAILED BEFORE THE FIRST REQUEST: %s" % (server, name, what, said[-300:]))
        return
    bad = 0
    for row in rows:
        calls = row["tool_calls"] or []
        calls = json.loads(calls) if isinstance(calls, str) else calls
        mark = "ok " if row["status"] == "ok" else "BAD"
        bad += row["status"] != "ok"
        text = (row["output_text"] or "").replace("\n", " ")[:40]
        print("%-9s %-12s %-6s %s %-13s %s+%s tok, calls %s, %r%s" % (
            server, name, what, mark, row["finish_reason"], row["input_tokens"], row["output_tokens"],
            [c["name"] for c in calls], text, "" if not row["error"] else " ERROR " + str(row["error"])[:300]))
    if not rows:
        print("%-9s %-12s %-6s NO RESULTS: %s" % (server, name, what, said[-300:]))
    left_out = sorted({line.strip() for line in said.splitlines() if "left out" in line or "skipped" in line})
    for line in left_out:
        print(" " * 31 + line[:200])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--node-modules")
    parser.add_argument("--llama-python")
    parser.add_argument("--model")
    parser.add_argument("--only", default="")
    parser.add_argument("--faults", action="store_true", help="llmock's broken streams, failures and limits instead")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    root = tempfile.mkdtemp(prefix="try-providers-")
    servers = Servers(root)
    try:
        plan = []
        def offer(server, make, upstream):
            if options.only in server or any(options.only in server + "/" + t[0] for t in make("")):
                url, report = proxied(servers, server, upstream())
                plan.append((server, make(url), report))
        def aimock():
            at = port()
            servers.start("aimock", ["node", os.path.join(HERE, "aimock.mjs"), os.path.abspath(options.node_modules), str(at)], at)
            return "http://127.0.0.1:%d" % at
        def llmock():
            at = port()
            servers.start("llmock", [os.path.join(BIN, "llmock"), "serve", "-p", str(at)], at, "/health")
            return "http://127.0.0.1:%d" % at
        url_of_llama = []
        def llama():
            if not url_of_llama:
                at = port()
                servers.start("llama", [options.llama_python, os.path.join(HERE, "llama.py"), options.model, str(at)], at, "/health")
                url_of_llama.append("http://127.0.0.1:%d" % at)
            return url_of_llama[0]
        def litellm():
            config = os.path.join(root, "litellm.yaml")
            with open(config, "w") as f:
                f.write(LITELLM % llama())
            at = port()
            env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "127.0.0.1"}
            servers.start("litellm", [os.path.join(BIN, "litellm"), "--config", config, "--port", str(at), "--host", "127.0.0.1"],
                          at, "/health/liveliness", 300, env)
            return "http://127.0.0.1:%d" % at
        if options.node_modules and not options.faults:
            offer("aimock", kinds_of_aimock, aimock)
        if not options.faults:
            offer("llmock", kinds_of_llmock, llmock)
        def packages():
            at = port()
            servers.start("packages", [sys.executable, os.path.join(HERE, "sdk_double.py"), str(at)], at)
            return "http://127.0.0.1:%d" % at
        if not options.faults:
            offer("packages", kinds_of_packages, packages)
        if options.llama_python and not options.faults:
            offer("llama", kinds_of_llama, llama)
            offer("litellm", kinds_of_litellm, litellm)
        bench = Bench(options.binary, root)
        for words in FAULTS if options.faults else []:
            at = port()
            name = "llmock-" + words[-1]
            servers.start(name, [os.path.join(BIN, "llmock"), "serve", "-p", str(at), *words], at, "/health")
            tries = [t for t in kinds_of_llmock("http://127.0.0.1:%d" % at) if options.only in t[0]]
            bench.configure(tries)
            for kind, _, _, model in tries:
                show(words[-1], kind, "text", *bench.replay("%s/%s" % (kind, model), *cases(bench)[0][1]))
        for server, tries, report in plan:
            tries = [t for t in tries if options.only in server + "/" + t[0]]
            bench.configure(tries)
            for name, _, _, model in tries:
                for what, words in cases(bench):
                    show(server, name, what, *bench.replay("%s/%s" % (name, model), *words))
                listed = bench.run("models", "--check", "--format", "json")
                mine = [p for p in json.loads(listed.stdout)["providers"] if p["name"] == name] if listed.returncode == 0 else []
                print("%-9s %-12s models %s" % (server, name, json.dumps(mine)[:200] if mine else listed.stderr[-200:]))
            lines = [json.loads(line) for line in open(report)]
            wrong = [line for line in lines if line["problems"]]
            print("%-9s %d requests held against the vendors' types, %d refused by them" % (server, len(lines), len(wrong)))
            for path, problems in sorted({(line["path"].split("?")[0], tuple(line["problems"])) for line in wrong}):
                print("          %s: %s" % (path, "; ".join(problems)[:400]))
    finally:
        servers.end()
        print("logs in %s" % root if options.keep else "")
        if not options.keep:
            shutil.rmtree(root, ignore_errors=True)


main()
