#!/usr/bin/env python3
"""Says what a judge of grounding reaches on labelled sentences.

usage: judge.py HINDCAST CASES.jsonl MODEL [--all] [--config FILE] [--only N]

Every case becomes a recorded trace in a workspace of its own, and `HINDCAST ground ID --judge MODEL` is run on it: about
the sentences that the scorer is unsure of, or with --all about every one. FILE is a hindcast.toml that says where MODEL
is. The figures are as those of fit.py, but the scorer is the compiled-in one, which was fitted on these very sentences:
only the line of what the judge was asked is free of that, and with --all every line is.
"""
import argparse, collections, json, os, pathlib, shutil, subprocess, tempfile

CLASSES = ["supported", "partial", "unsupported", "no_claim"]
HARD = {"number", "date", "unit", "negation"}


def value(held):
    if isinstance(held, int):
        return {"intValue": str(held)}
    return {"stringValue": held}


def span(trace, number, parent, name, attributes):
    start = 1_795_000_000_000_000_000 + number * 50_000_000
    return {
        "traceId": trace, "spanId": f"{number:016x}", "parentSpanId": parent, "name": name,
        "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 40_000_000), "status": {"code": 1},
        "attributes": [{"key": key, "value": value(held)} for key, held in attributes.items()],
    }


def recorded(trace, case):
    kind = "openinference.span.kind"
    retriever = {kind: "RETRIEVER", "input.value": case["question"]}
    for place, chunk in enumerate(case["chunks"]):
        retriever[f"retrieval.documents.{place}.document.id"] = chunk["document_id"]
        retriever[f"retrieval.documents.{place}.document.content"] = chunk["content"]
    sources = "\n".join(f"[{chunk['rank']}] {chunk['content']}" for chunk in case["chunks"])
    call = {
        kind: "LLM", "llm.model_name": "recorded", "llm.provider": "openai",
        "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": sources,
        "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.content": case["question"],
        "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": case["answer"],
    }
    chain = {kind: "CHAIN", "input.value": case["question"], "output.value": case["answer"]}
    root = f"{1:016x}"
    spans = [span(trace, 1, "", "answer", chain), span(trace, 2, root, "search", retriever), span(trace, 3, root, "chat", call)]
    return json.dumps({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "x"}, "spans": spans}]}]})


def expected(sentences):
    claims = {s["verdict"] for s in sentences if s["verdict"] != "no_claim"}
    if not claims:
        return "no_claim"
    return claims.pop() if len(claims) == 1 else "partial"


def of_parts(case, parts):
    """The labelled sentences of each part of the answer: each belongs to the part that overlaps it most."""
    of = [[] for _ in parts]
    for sentence in case["sentences"]:
        overlap = [max(0, min(part["end"], sentence["end"]) - max(part["start"], sentence["start"])) for part in parts]
        if parts and max(overlap) > 0:
            of[overlap.index(max(overlap))].append(sentence)
    return of


def kappa(pairs):
    agree = sum(a == b for a, b in pairs) / len(pairs)
    names = {name for pair in pairs for name in pair}
    chance = sum(sum(a == n for a, _ in pairs) * sum(b == n for _, b in pairs) for n in names) / len(pairs) ** 2
    return (agree - chance) / (1 - chance) if chance < 1 else 1.0


def f1(pairs, name):
    both = sum(a == b == name for a, b in pairs)
    return 2 * both / max(1, sum(a == name for a, _ in pairs) + sum(b == name for _, b in pairs))


def report(title, judged):
    if not judged:
        return
    pairs = [(row["expected"], row["said"]) for row in judged]
    decided = [(a, b) for a, b in pairs if b != "unsure"]
    right = sum(a == b for a, b in decided) / max(1, len(decided))
    print(f"{title}: {len(pairs)} sentences, decided {len(decided) / len(pairs):.3f}, right on these {right:.3f}, "
          f"kappa {kappa(pairs):.2f}, macro F1 {sum(f1(pairs, c) for c in CLASSES) / 4:.2f} (unsure as wrong)")
    for name in CLASSES:
        own = [b for a, b in pairs if a == name]
        said = [a for a, b in pairs if b == name]
        if own:
            print(f"  {name:12} {len(own):4} labelled, {own.count(name) / len(own):.2f} called so; {len(said):4} called so, "
                  f"{said.count(name) / max(1, len(said)):.2f} of these rightly")
    errors = collections.defaultdict(list)
    for row in judged:
        if row["error"]:
            errors[row["error"]].append(row)
    print("  by error (right / not called supported): " + ", ".join(
        f"{name} {len(rows)} {sum(r['said'] == r['expected'] for r in rows) / len(rows):.2f}/{sum(r['said'] != 'supported' for r in rows) / len(rows):.2f}"
        for name, rows in sorted(errors.items(), key=lambda item: -len(item[1]))))
    hard = [row for row in judged if row["error"] in HARD and row["expected"] == "unsupported"]
    if hard:
        print(f"  wrong numbers, dates, units, negations: {sum(r['said'] != 'supported' for r in hard) / len(hard):.3f} of {len(hard)} not called supported")


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("hindcast")
    options.add_argument("cases")
    options.add_argument("model")
    options.add_argument("--all", action="store_true")
    options.add_argument("--config")
    options.add_argument("--only", type=int)
    options = options.parse_args()
    cases = [json.loads(line) for line in open(options.cases, encoding="utf-8")][: options.only]
    with tempfile.TemporaryDirectory() as place:
        run = lambda *arguments: subprocess.run([options.hindcast, "--workspace", place, *arguments], capture_output=True, text=True)
        run("init", place)
        if options.config:
            shutil.copy(options.config, os.path.join(place, "hindcast.toml"))
        traces = pathlib.Path(place, "cases.jsonl")
        ids = [f"{number + 1:032x}" for number in range(len(cases))]
        traces.write_text("\n".join(recorded(*pair) for pair in zip(ids, cases)) + "\n", encoding="utf-8")
        done = run("import", str(traces))
        if done.returncode:
            raise SystemExit(done.stderr)
        judged, cost, silent = [], 0.0, 0
        for trace, case in zip(ids, cases):
            band = ["--judge-all"] if options.all else []
            done = run("ground", trace, "--judge", options.model, *band, "--yes", "--format", "json")
            if not done.stdout:
                raise SystemExit(f"{case['id']}: {done.stderr}")
            silent += "no verdict" in done.stderr or "did not judge" in done.stderr
            told = json.loads(done.stdout)
            parts = told["sentences"]
            for part, sentences in zip(parts, of_parts(case, parts)):
                error = next((s["error_type"] for s in sentences if s["error_type"]), None)
                row = {"expected": expected(sentences), "said": part["judge_verdict"] or part["verdict"], "error": error, "judge": part.get("judge")}
                judged += [row] * len(sentences)
        print(f"{options.model}: {len(cases)} answers, {silent} without a whole reply")
        report("all, the judge's verdicts in the place of the scorer's", judged)
        report("what the judge decided", [row for row in judged if row["judge"]])


if __name__ == "__main__":
    main()
