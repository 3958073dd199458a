-- Physical tables stand in the schema "store"; the public tables of the same names are views in "main".
CREATE SCHEMA store;

CREATE TABLE store.meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL);

CREATE TABLE store.spans (
  trace_id VARCHAR NOT NULL,
  span_id VARCHAR NOT NULL,
  parent_id VARCHAR,
  kind VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  ended_at TIMESTAMPTZ,
  started_ns BIGINT NOT NULL,
  ended_ns BIGINT,
  duration_ms DOUBLE,
  ttft_ms DOUBLE,
  status VARCHAR NOT NULL,
  status_message VARCHAR,
  error_type VARCHAR,
  provider VARCHAR,
  model VARCHAR,
  request_model VARCHAR,
  response_model VARCHAR,
  finish_reason VARCHAR,
  parameters VARCHAR,
  tools VARCHAR USING COMPRESSION zstd,
  input_text VARCHAR USING COMPRESSION zstd,
  output_text VARCHAR USING COMPRESSION zstd,
  input_tokens BIGINT,
  output_tokens BIGINT,
  cached_input_tokens BIGINT,
  cache_write_tokens BIGINT,
  reasoning_tokens BIGINT,
  cost_usd DECIMAL(38,12),
  cost_source VARCHAR NOT NULL,
  prompt_name VARCHAR,
  prompt_version VARCHAR,
  prompt_template VARCHAR USING COMPRESSION zstd,
  prompt_variables VARCHAR USING COMPRESSION zstd,
  session_id VARCHAR,
  user_id VARCHAR,
  tenant_id VARCHAR,
  environment VARCHAR,
  tags VARCHAR[],
  attributes VARCHAR USING COMPRESSION zstd,
  source_id VARCHAR NOT NULL,
  -- How much is known of the span: a second import replaces it only by a more complete one.
  completeness INTEGER NOT NULL,
  -- The numbers of the rows below it, so that a condition on them needs no join.
  chunk_count INTEGER NOT NULL,
  tool_count INTEGER NOT NULL
);

-- Children carry their span's start, so that a look-up by trace reads a few row groups only.
CREATE TABLE store.messages (
  span_ns BIGINT NOT NULL,
  trace_id VARCHAR NOT NULL,
  span_id VARCHAR NOT NULL,
  direction VARCHAR NOT NULL,
  position INTEGER NOT NULL,
  role VARCHAR NOT NULL,
  name VARCHAR,
  content VARCHAR USING COMPRESSION zstd,
  -- NULL where the only part is the text in content.
  parts VARCHAR USING COMPRESSION zstd,
  tool_call_id VARCHAR,
  tool_calls VARCHAR
);

CREATE TABLE store.chunks (
  span_ns BIGINT NOT NULL,
  trace_id VARCHAR NOT NULL,
  span_id VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  rank INTEGER NOT NULL,
  document_id VARCHAR,
  score DOUBLE,
  content VARCHAR USING COMPRESSION zstd,
  metadata VARCHAR USING COMPRESSION zstd
);

CREATE TABLE store.tool_calls (
  span_ns BIGINT NOT NULL,
  trace_id VARCHAR NOT NULL,
  span_id VARCHAR NOT NULL,
  position INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  arguments VARCHAR USING COMPRESSION zstd,
  result VARCHAR USING COMPRESSION zstd,
  error VARCHAR,
  duration_ms DOUBLE
);

CREATE TABLE store.scores (
  -- A hash of the rest: the same score told twice is one.
  score_key VARCHAR NOT NULL,
  trace_id VARCHAR NOT NULL,
  span_id VARCHAR,
  result_id VARCHAR,
  name VARCHAR NOT NULL,
  value DOUBLE,
  label VARCHAR,
  explanation VARCHAR,
  source VARCHAR NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  created_ns BIGINT NOT NULL
);

-- One row a trace, put together again whenever one of its spans comes.
CREATE TABLE store.traces (
  trace_id VARCHAR NOT NULL,
  root_span_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  started_ns BIGINT NOT NULL,
  -- The last start of a span.
  last_ns BIGINT NOT NULL,
  duration_ms DOUBLE,
  ttft_ms DOUBLE,
  status VARCHAR NOT NULL,
  has_error BOOLEAN NOT NULL,
  models VARCHAR[] NOT NULL,
  spans BIGINT NOT NULL,
  llm_calls BIGINT NOT NULL,
  chunks BIGINT NOT NULL,
  input_tokens BIGINT,
  output_tokens BIGINT,
  tokens BIGINT,
  cost_usd DECIMAL(38,12),
  cost_incomplete BOOLEAN NOT NULL,
  session_id VARCHAR,
  user_id VARCHAR,
  tenant_id VARCHAR,
  environment VARCHAR,
  tags VARCHAR[] NOT NULL,
  prompt_name VARCHAR,
  prompt_version VARCHAR,
  input_text VARCHAR USING COMPRESSION zstd,
  output_text VARCHAR USING COMPRESSION zstd,
  input_preview VARCHAR,
  output_preview VARCHAR,
  feedback DOUBLE
);

-- Model spans that repeat another span's call, and so do not count in totals.
CREATE TABLE store.duplicates (trace_id VARCHAR NOT NULL, span_id VARCHAR NOT NULL);

-- Content that was recorded apart from its span; kept, since a more complete span may come again.
CREATE TABLE store.pending_patches (
  patch_key VARCHAR NOT NULL,
  trace_id VARCHAR NOT NULL,
  span_id VARCHAR NOT NULL,
  body VARCHAR NOT NULL USING COMPRESSION zstd
);

CREATE TABLE store.runs (
  run_id VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  created_ns BIGINT NOT NULL,
  cases BIGINT NOT NULL,
  variants BIGINT NOT NULL,
  max_cost_usd DECIMAL(38,12),
  body VARCHAR NOT NULL
);

CREATE TABLE store.variants (
  run_id VARCHAR NOT NULL,
  id VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  prompt VARCHAR,
  overrides VARCHAR NOT NULL
);

CREATE TABLE store.results (
  run_id VARCHAR NOT NULL,
  result_id VARCHAR NOT NULL,
  trace_id VARCHAR NOT NULL,
  span_id VARCHAR NOT NULL,
  variant VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  prompt VARCHAR,
  sample INTEGER NOT NULL,
  status VARCHAR NOT NULL,
  output_text VARCHAR USING COMPRESSION zstd,
  tool_calls VARCHAR NOT NULL,
  finish_reason VARCHAR,
  input_tokens BIGINT,
  output_tokens BIGINT,
  cached_input_tokens BIGINT,
  reasoning_tokens BIGINT,
  cost_usd DECIMAL(38,12),
  cost_source VARCHAR NOT NULL,
  latency_ms DOUBLE,
  ttft_ms DOUBLE,
  attempts INTEGER NOT NULL,
  from_cache BOOLEAN NOT NULL,
  error VARCHAR,
  request VARCHAR USING COMPRESSION zstd,
  request_hash VARCHAR NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  created_ns BIGINT NOT NULL
);

CREATE TABLE main.prompt_versions (
  prompt_name VARCHAR NOT NULL,
  version VARCHAR NOT NULL,
  "commit" VARCHAR NOT NULL,
  author VARCHAR NOT NULL,
  committed_at TIMESTAMPTZ NOT NULL,
  message VARCHAR NOT NULL,
  content_hash VARCHAR NOT NULL,
  tokens BIGINT
);

CREATE TABLE main.prices (
  provider VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  input_per_mtok DECIMAL(38,12),
  output_per_mtok DECIMAL(38,12),
  cached_input_per_mtok DECIMAL(38,12),
  cache_write_per_mtok DECIMAL(38,12),
  reasoning_per_mtok DECIMAL(38,12),
  effective_from VARCHAR,
  source VARCHAR NOT NULL
);

CREATE TABLE store.sources (
  source_id VARCHAR NOT NULL,
  path VARCHAR NOT NULL,
  format VARCHAR NOT NULL,
  content_hash VARCHAR NOT NULL,
  imported_at TIMESTAMPTZ NOT NULL,
  imported_ns BIGINT NOT NULL,
  spans BIGINT NOT NULL,
  skipped VARCHAR NOT NULL
);

CREATE VIEW main.spans AS SELECT
  trace_id, span_id, parent_id, kind, name, started_at, ended_at, duration_ms, ttft_ms, status, status_message, error_type,
  provider, model, request_model, response_model, finish_reason, parameters::JSON AS parameters, tools::JSON AS tools,
  input_text, output_text, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens,
  cost_usd, cost_source, prompt_name, prompt_version, prompt_template, prompt_variables::JSON AS prompt_variables,
  session_id, user_id, tenant_id, environment, tags, attributes::JSON AS attributes, source_id
FROM store.spans;

CREATE VIEW main.messages AS SELECT
  trace_id, span_id, direction, position, role, content,
  coalesce(parts::JSON, json_array(json_object('type', 'text', 'text', content))) AS parts,
  tool_call_id, tool_calls::JSON AS tool_calls
FROM store.messages;

CREATE VIEW main.chunks AS SELECT
  trace_id, span_id, role, rank, document_id, score, content, metadata::JSON AS metadata
FROM store.chunks;

CREATE VIEW main.tool_calls AS SELECT
  trace_id, span_id, position, name, arguments::JSON AS arguments, result, error, duration_ms
FROM store.tool_calls;

CREATE VIEW main.scores AS SELECT
  trace_id, span_id, result_id, name, value, label, explanation, source, created_at
FROM store.scores;

CREATE VIEW main.traces AS SELECT
  trace_id, name, started_at, duration_ms, status, models, spans, llm_calls, chunks, tokens, input_tokens, output_tokens,
  cost_usd, session_id, user_id, tenant_id, environment, tags, prompt_name, prompt_version, input_text, output_text, feedback
FROM store.traces;

CREATE VIEW main.sessions AS SELECT
  session_id, min(started_at) AS started_at, max(started_at) AS last_at, count(*) AS traces,
  count(*) FILTER (status = 'error') AS errors, arg_max(user_id, started_ns) AS user_id,
  arg_max(tenant_id, started_ns) AS tenant_id, sum(tokens)::BIGINT AS tokens, sum(cost_usd) AS cost_usd
FROM store.traces WHERE session_id IS NOT NULL GROUP BY session_id;

CREATE VIEW main.llm_calls AS SELECT s.* FROM main.spans s
ANTI JOIN store.duplicates d ON d.trace_id = s.trace_id AND d.span_id = s.span_id WHERE s.kind = 'llm';

CREATE VIEW main.retrievals AS SELECT
  trace_id, span_id, name, started_at, duration_ms, status, input_text AS query, chunk_count AS chunks, source_id
FROM store.spans WHERE kind IN ('retriever', 'reranker');

CREATE VIEW main.results AS SELECT
  run_id, result_id, trace_id, span_id, variant, model, prompt, sample, status, output_text, tool_calls::JSON AS tool_calls,
  finish_reason, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, cost_usd, cost_source, latency_ms,
  ttft_ms, attempts, from_cache, error, request::JSON AS request, created_at
FROM store.results;

CREATE VIEW main.runs AS SELECT
  r.run_id, r.status, r.created_at, r.cases, r.variants, count(x.result_id) AS results,
  count(x.result_id) FILTER (x.status = 'ok') AS ok,
  count(x.result_id) FILTER (x.status IN ('failed', 'incomplete')) AS failed,
  count(x.result_id) FILTER (x.status = 'unknown') AS unknown,
  sum(x.cost_usd) AS cost_usd, r.max_cost_usd
FROM store.runs r LEFT JOIN store.results x ON x.run_id = r.run_id
GROUP BY r.run_id, r.status, r.created_at, r.cases, r.variants, r.max_cost_usd;

CREATE VIEW main.variants AS SELECT run_id, id, model, prompt, overrides::JSON AS overrides FROM store.variants;

CREATE VIEW main.sources AS SELECT
  source_id, path, format, content_hash, imported_at, spans, skipped::JSON AS skipped
FROM store.sources;
