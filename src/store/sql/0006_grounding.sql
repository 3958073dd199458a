-- What the chunks of a trace say of its answer: worked out from the rest, and made again where that changed.
CREATE TABLE store.grounded (
  trace_id VARCHAR NOT NULL,
  -- NULL where the trace has no answer that could rest on chunks.
  span_id VARCHAR,
  -- How the trace was when it was grounded, and by which version of the scorer.
  stamp VARCHAR NOT NULL,
  scorer INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  supported INTEGER NOT NULL,
  unsupported INTEGER NOT NULL
);

CREATE TABLE store.sentences (
  trace_id VARCHAR NOT NULL,
  span_id VARCHAR NOT NULL,
  position INTEGER NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  content VARCHAR NOT NULL USING COMPRESSION zstd,
  verdict VARCHAR NOT NULL,
  lack VARCHAR,
  support DOUBLE NOT NULL,
  why VARCHAR NOT NULL USING COMPRESSION zstd,
  evidence VARCHAR NOT NULL USING COMPRESSION zstd,
  citations VARCHAR NOT NULL USING COMPRESSION zstd
);

-- Why an answer is wrong: the main cause at place 0.
CREATE TABLE store.causes (trace_id VARCHAR NOT NULL, place INTEGER NOT NULL, cause VARCHAR NOT NULL);

CREATE VIEW main.causes AS SELECT trace_id, place, cause FROM store.causes;

CREATE VIEW main.groundings AS SELECT
  trace_id, span_id, supported / nullif(claims, 0) AS grounded_rate, claims, supported, unsupported
FROM store.grounded WHERE span_id IS NOT NULL;

CREATE VIEW main.sentences AS SELECT
  trace_id, span_id, position, start_at AS "start", end_at AS "end", content AS text, verdict, lack, support, why,
  evidence::JSON AS evidence, citations::JSON AS citations
FROM store.sentences
