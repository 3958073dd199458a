#!/usr/bin/env python3
"""Qdrant as a retriever of the lab. README.md tells how to run it."""

import os

from protocol import embed, post, serve, setting


def search(question, k):
    url = setting("QDRANT_URL", "http://127.0.0.1:6333").rstrip("/")
    url += f"/collections/{setting('QDRANT_COLLECTION')}/points/query"
    key = os.environ.get("QDRANT_API_KEY")
    body = {"query": embed(question), "limit": k, "with_payload": True}
    own, text = os.environ.get("QDRANT_ID"), setting("QDRANT_TEXT", "text")
    chunks = []
    for point in post(url, body, {"api-key": key} if key else {})["result"]["points"]:
        payload = point.get("payload") or {}
        rest = {name: value for name, value in payload.items() if name != text}
        document = payload[own] if own else str(point["id"])
        chunks.append(
            {"document_id": document, "content": payload.get(text), "score": point["score"], "metadata": rest}
        )
    return chunks


serve(search)
