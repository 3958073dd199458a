-- The model that says it answered, and the parts of the counted tokens that the table did not hold; NULL where not known.
ALTER TABLE store.results ADD COLUMN response_model VARCHAR;
ALTER TABLE store.results ADD COLUMN cache_write_tokens BIGINT;
ALTER TABLE store.results ADD COLUMN audio_input_tokens BIGINT;
ALTER TABLE store.results ADD COLUMN audio_output_tokens BIGINT;

CREATE OR REPLACE VIEW main.results AS SELECT
  run_id, result_id, trace_id, span_id, variant, model, prompt, sample, status, output_text, tool_calls::JSON AS tool_calls,
  finish_reason, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, cost_usd, cost_source, latency_ms,
  ttft_ms, attempts, from_cache, error, steps::JSON AS steps, dropped::JSON AS dropped, request::JSON AS request, created_at,
  response_model, cache_write_tokens, audio_input_tokens, audio_output_tokens
FROM store.results
