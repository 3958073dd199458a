-- The texts of a trace in lower case, so that a search reads them by age and folds nothing.
ALTER TABLE store.traces ADD COLUMN search_text VARCHAR USING COMPRESSION zstd;

UPDATE store.traces AS t SET search_text = f.search_text FROM (
  SELECT trace_id, string_agg(DISTINCT lower(part), chr(31)) AS search_text FROM (
    SELECT trace_id, unnest([input_text, output_text]) AS part FROM store.spans
    UNION ALL SELECT trace_id, content FROM store.chunks)
  WHERE part IS NOT NULL GROUP BY trace_id
) AS f WHERE f.trace_id = t.trace_id
