#!/usr/bin/env python3
"""Makes tests/fixtures/retrieval/metrics.jsonl: rankings with the values that trec_eval gives them.

    pip install pytrec_eval-terrier==0.5.11
    tests/by_hand/retrieval_reference/metrics.py > tests/fixtures/retrieval/metrics.jsonl

pytrec_eval runs trec_eval's own C code. Scores are quarters, so that many are equal, and exact as the 32-bit floats of
trec_eval. Documents are numbers here, `d` and the number in the rankings: `d9` sorts behind `d10`.
A line: r (document, score in quarters), j (document, grade), v (values in the order of MEASURES).
"""

import json
import random

import pytrec_eval

CUTS = [1, 3, 5, 10, 20]
MEASURES = [f"{name}_{k}" for name in ["recall", "P", "success", "ndcg_cut"] for k in CUTS] + ["recip_rank"]
FAMILIES = {m.rsplit("_", 1)[0] + "." + ",".join(map(str, CUTS)) for m in MEASURES[:-1]} | {"recip_rank"}

rng = random.Random(20090719)
for _ in range(500):
    pool = rng.sample(range(200), rng.randint(4, 40))
    retrieved = rng.sample(pool, rng.randint(1, min(25, len(pool))))
    levels = rng.choice([1, 2, 4, 12])
    judged = rng.sample(pool, rng.randint(1, len(pool)))
    most = rng.choice([0, 1, 1, 2, 3, 3])
    ranking = [(d, rng.randint(-2, levels)) for d in retrieved]
    grades = [(d, rng.randint(0, most)) for d in judged]
    run = {"q": {f"d{d}": score / 4 for d, score in ranking}}
    found = pytrec_eval.RelevanceEvaluator({"q": {f"d{d}": g for d, g in grades}}, FAMILIES).evaluate(run)["q"]
    print(json.dumps({"r": ranking, "j": grades, "v": [found[m] for m in MEASURES]}, separators=(",", ":")))
