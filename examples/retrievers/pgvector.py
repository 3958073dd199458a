#!/usr/bin/env python3
"""PostgreSQL with pgvector as a retriever of the lab, through psql. README.md tells how to run it."""

import json
import subprocess

from protocol import embed, serve, setting

# psql puts values in the place of :'name' (quoted as a text) and :"name" (as a name).
QUERY = """
SELECT coalesce(json_agg(found), '[]') FROM (
  SELECT :"id" AS document_id, :"text" AS content, 1 - (embedding <=> :'vector'::vector) AS score
  FROM :"table" ORDER BY embedding <=> :'vector'::vector LIMIT :'k'::int
) AS found;
"""


def search(question, k):
    values = {
        "table": setting("PGVECTOR_TABLE"),
        "id": setting("PGVECTOR_ID", "id"),
        "text": setting("PGVECTOR_TEXT", "text"),
        "vector": json.dumps(embed(question)),
        "k": str(k),
    }
    command = [setting("PSQL", "psql"), "--no-psqlrc", "--quiet", "--no-align", "--tuples-only"]
    command += ["--set=ON_ERROR_STOP=1"] + [f"--set={name}={value}" for name, value in values.items()]
    done = subprocess.run(command, input=QUERY, capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


serve(search)
