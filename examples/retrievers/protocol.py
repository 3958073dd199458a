"""What the examples share: the lines of the lab, JSON over HTTP, and vectors of questions."""

import json
import os
import sys
import urllib.request


def setting(name, usual=None):
    """An environment variable; without it, what is usual, and the end where nothing is."""
    value = os.environ.get(name) or usual
    if value is None:
        sys.exit(f"set {name}; examples/retrievers/README.md tells what to")
    return value


def post(url, body, headers=None):
    """Posts JSON and reads the JSON that comes back."""
    headers = {"content-type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def embed(question):
    """The vector of a question, by an endpoint that speaks OpenAI's /embeddings."""
    key = os.environ.get("EMBED_API_KEY")
    headers = {"authorization": f"Bearer {key}"} if key else {}
    body = {"model": setting("EMBED_MODEL"), "input": [question]}
    return post(setting("EMBED_URL").rstrip("/") + "/embeddings", body, headers)["data"][0]["embedding"]


def serve(search):
    """Answers questions line by line until there are no more."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"chunks": search(asked["question"], asked["k"])}
        except Exception as error:  # Whatever it is, the lab is to tell it.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
