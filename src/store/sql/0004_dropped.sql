-- What of the recorded request was not sent, as a JSON array; NULL where everything was.
ALTER TABLE store.results ADD COLUMN dropped VARCHAR;

CREATE OR REPLACE VIEW main.results AS SELECT
  run_id, result_id, trace_id, span_id, variant, model, prompt, sample, status, output_text, tool_calls::JSON AS tool_calls,
  finish_reason, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, cost_usd, cost_source, latency_ms,
  ttft_ms, attempts, from_cache, error, steps::JSON AS steps, dropped::JSON AS dropped, request::JSON AS request, created_at
FROM store.results
