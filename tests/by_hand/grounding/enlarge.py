#!/usr/bin/env python3
"""Makes more labelled cases out of labelled ones, for fitting the grounding scorer.

usage: enlarge.py CASES.jsonl > MADE.jsonl

Each made case holds one labelled sentence; its id is `made|KIND|DOMAIN|OTHER DOMAIN|number`, so that a fit can leave out
all that comes from a domain. Kinds: `dropped` (the chunks with the evidence taken away: absent), `strange` (chunks of
another domain: absent), `copied` (sentences of the chunks: supported), `number` and `negated` (a supported sentence with
another number, or turned round: contradicted), `joined` (two sentences made one: supported or partial),
`cut` (an answer that breaks off after two to four words: no claim).
Everything is drawn with a fixed seed.
"""
import json, random, re, sys

WORDS = {w: i + 2 for i, w in enumerate("two three four five six seven eight nine ten eleven twelve".split())}
NAMES = {v: k for k, v in WORDS.items()}
NUMBER = re.compile(r"(?<![\w.,:-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\w.,:]*\d)|\b(" + "|".join(WORDS) + r")\b", re.I)
TURN = [
    (r"\bcannot\b", "can"), (r"\bcan't\b", "can"), (r"\bis not\b", "is"), (r"\bare not\b", "are"), (r"\bdo not\b", "do"),
    (r"\bdoes not (\w+)\b", r"does \1"), (r"\bmust not\b", "may"), (r"\bnever\b", "always"), (r"\bnot\b ", ""), (r"\bno\b ", "a "),
    (r"\bwithout\b", "with"), (r"\bdon't\b", "do"), (r"\bisn't\b", "is"), (r"\bcan\b", "cannot"), (r"\bmay\b", "may not"),
    (r"\bmust be\b", "need not be"), (r"\bmust\b", "need not"), (r"\bis\b", "is not"), (r"\bare\b", "are not"), (r"\bwill\b", "will not"), (r"\balways\b", "never"),
]


def domain(case):
    return case["domain"] + (" (recorded)" if case["source"] == "recorded" else "")


def sentences(text):
    return [m.group(0).strip() for m in re.finditer(r"[^.!?]+(?:[.!?](?=\S)[^.!?]*)*[.!?]", text) if len(m.group(0).split()) > 4]


class Maker:
    def __init__(self, cases):
        self.cases, self.made, self.rng = cases, [], random.Random(7)

    def add(self, kind, case, answer, start, text, verdict, reason, error=None, chunks=None, other=""):
        chunks = chunks if chunks is not None else case["chunks"]
        self.made.append({
            "id": f"made|{kind}|{domain(case)}|{other or domain(case)}|{len(self.made)}", "source": "made", "domain": domain(case),
            "question": case["question"], "chunks": chunks, "answer": answer,
            "sentences": [{"start": start, "end": start + len(text), "verdict": verdict, "reason": reason, "error_type": error}],
        })

    def replace(self, case, s, text):
        """The answer with another text in place of a sentence."""
        return case["answer"][:s["start"]] + text + case["answer"][s["end"]:]

    def dropped(self, case, s):
        ranks = {e["rank"] for e in s["evidence"]}
        rest = [k for k in case["chunks"] if k["rank"] not in ranks]
        if ranks and rest and s["verdict"] != "no_claim":
            self.add("dropped", case, case["answer"], s["start"], s["text"], "unsupported", "absent", "invented", rest)

    def strange(self, case, s):
        other = self.rng.choice([c for c in self.cases if c["domain"] != case["domain"]])
        if s["verdict"] != "no_claim":
            self.add("strange", case, case["answer"], s["start"], s["text"], "unsupported", "absent", "invented", other["chunks"], domain(other))

    def number(self, case, answer, start, text):
        found = list(NUMBER.finditer(text))
        if not found:
            return
        m = self.rng.choice(found)
        old = m.group(0)
        held = {h.group(0).lower() for k in case["chunks"] for h in NUMBER.finditer(k["content"])}
        if old.lower() in WORDS:
            choice = [n for n in NAMES.values() if n != old.lower()]
        else:
            value = float(old.replace(",", ""))
            choice = [f"{v:g}" for v in (value * 2, value + 1, value - 1, value + 5, value * 1.5, value / 2, value + 10, value * 10) if v > 0 and v == round(v, 2)]
        same = [h for h in held if h != old.lower() and (h in WORDS) == (old.lower() in WORDS)]
        if same and self.rng.random() < 0.35:
            choice = same
        if choice:
            new = text[:m.start()] + self.rng.choice(choice) + text[m.end():]
            self.add("number", case, answer[:start] + new + answer[start + len(text):], start, new, "unsupported", "contradicted", "number")

    def negated(self, case, answer, start, text):
        for pattern, to in TURN:
            new, n = re.subn(pattern, to, text, count=1, flags=re.I)
            if n:
                self.add("negated", case, answer[:start] + new + answer[start + len(text):], start, new, "unsupported", "contradicted", "negation")
                return

    def joined(self, case, s, other):
        one = re.sub(r"[.!]?\s*(\[[^\]]*\])?$", "", s["text"])
        two = other["text"]
        two = two[0].lower() + two[1:] if two[:2] != "I " and not two[:2].isupper() else two
        text = one + self.rng.choice([", and ", "; ", ", but ", ", while "]) + two
        kinds = {s["verdict"], other["verdict"]}
        if kinds == {"supported"}:
            verdict, reason = "supported", None
        elif kinds == {"supported", "unsupported"}:
            verdict, reason = "partial", s["reason"] or other["reason"]
        else:
            return
        self.add("joined", case, self.replace(case, s, text), s["start"], text, verdict, reason, s["error_type"] or other["error_type"])

    def cut(self, case, s):
        """An answer that ends after the first words of a sentence."""
        words = s["text"].split()
        if len(words) > 6 and case["source"] != "recorded":
            text = " ".join(words[: self.rng.choice([2, 3, 3, 4])])
            self.add("cut", case, case["answer"][:s["start"]] + text, s["start"], text, "no_claim", None)

    def copied(self, case):
        held = [t for k in case["chunks"] for t in sentences(k["content"])]
        if len(held) < 3 or case["source"] == "recorded":
            return
        picked = self.rng.sample(held, 3)
        answer = " ".join(picked)
        for text in picked[:2]:
            self.add("copied", case, answer, answer.index(text), text, "supported", None)
        for text in picked[1:]:
            self.number(case, answer, answer.index(text), text)
        self.negated(case, answer, answer.index(picked[2]), picked[2])

    def run(self):
        for case in self.cases:
            self.copied(case)
            for s in case["sentences"]:
                if "```" in s["text"] or "|" in s["text"]:
                    continue
                self.dropped(case, s)
                if self.rng.random() < 0.4:
                    self.cut(case, s)
                if self.rng.random() < 0.4:
                    self.strange(case, s)
                if s["verdict"] == "supported":
                    self.number(case, case["answer"], s["start"], s["text"])
                    if self.rng.random() < 0.7:
                        self.negated(case, case["answer"], s["start"], s["text"])
                others = [o for o in case["sentences"] if o is not s and "|" not in o["text"] and "\n" not in o["text"]]
                if others and "\n" not in s["text"]:
                    self.joined(case, s, self.rng.choice(others))
        return self.made


if __name__ == "__main__":
    for case in Maker([json.loads(line) for line in open(sys.argv[1])]).run():
        print(json.dumps(case, ensure_ascii=False))
