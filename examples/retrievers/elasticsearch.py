#!/usr/bin/env python3
"""Elasticsearch or OpenSearch as a retriever of the lab. README.md tells how to run it."""

import base64
import os

from protocol import post, serve, setting


def headers():
    if key := os.environ.get("ES_API_KEY"):
        return {"authorization": f"ApiKey {key}"}
    if user := os.environ.get("ES_USER"):
        word = f"{user}:{os.environ.get('ES_PASSWORD', '')}".encode()
        return {"authorization": "Basic " + base64.b64encode(word).decode()}
    return {}


def search(question, k):
    url = f"{setting('ES_URL', 'http://127.0.0.1:9200').rstrip('/')}/{setting('ES_INDEX')}/_search"
    fields = setting("ES_FIELDS", "title^2,text").split(",")
    body = {"size": k, "query": {"multi_match": {"query": question, "fields": fields}}}
    own, text = os.environ.get("ES_ID"), setting("ES_TEXT", "text")
    chunks = []
    for hit in post(url, body, headers())["hits"]["hits"]:
        source = hit.get("_source", {})
        rest = {name: value for name, value in source.items() if name != text}
        document = source[own] if own else hit["_id"]
        chunks.append({"document_id": document, "content": source.get(text), "score": hit["_score"], "metadata": rest})
    return chunks


serve(search)
