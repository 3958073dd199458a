#!/usr/bin/env python3
"""Writes labelled cases out in full, as the bench reads them.

usage: expand.py LABELLED.jsonl... > CASES.jsonl

A line of the input is a chunk, {"chunk": id, "content": text}, or a case: {"case": id, "domain", "question", "chunks": ids
in their order, "answer": [...]}. The answer is a list of sentences and of the literal texts between them; between two
sentences that follow each other stands a blank. A sentence is [code, text] or [code, error type, text]; the codes are S
supported, N no claim, and P or U, partial or unsupported, with C where a chunk says otherwise and A where none says it.
"""
import json, sys

VERDICTS = {"S": "supported", "P": "partial", "U": "unsupported", "N": "no_claim"}
REASONS = {"C": "contradicted", "A": "absent"}


def expand(case, chunks):
    answer, sentences, after_sentence = "", [], False
    for piece in case["answer"]:
        if isinstance(piece, str):
            answer, after_sentence = answer + piece, False
            continue
        code, error, text = piece if len(piece) == 3 else (piece[0], None, piece[1])
        if after_sentence:
            answer += " "
        sentences.append({
            "start": len(answer), "end": len(answer) + len(text), "text": text, "verdict": VERDICTS[code[0]],
            "reason": REASONS.get(code[1:]), "error_type": error, "citations": [],
        })
        answer, after_sentence = answer + text, True
    given = [{"rank": place + 1, "document_id": name, "content": chunks[name]} for place, name in enumerate(case["chunks"])]
    return {
        "id": case["case"], "source": case.get("source", "composed"), "domain": case["domain"], "question": case["question"],
        "chunks": given, "answer": answer, "sentences": sentences,
    }


for path in sys.argv[1:]:
    rows = [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]
    chunks = {row["chunk"]: row["content"] for row in rows if "chunk" in row}
    for row in rows:
        if "case" in row:
            print(json.dumps(expand(row, chunks), ensure_ascii=False))
