-- What judges said of recorded answers; the journals hold the same.
CREATE TABLE store.rulings (
  ruling_key VARCHAR NOT NULL,
  trace_id VARCHAR NOT NULL,
  judged_ns BIGINT NOT NULL,
  body VARCHAR NOT NULL USING COMPRESSION zstd
);

-- The judge's verdict beside the scorer's; NULL where none was asked, or the answer has changed since.
ALTER TABLE store.sentences ADD COLUMN judge VARCHAR;
ALTER TABLE store.sentences ADD COLUMN judge_verdict VARCHAR;
ALTER TABLE store.sentences ADD COLUMN judge_lack VARCHAR;
ALTER TABLE store.sentences ADD COLUMN judge_why VARCHAR;

-- Whether a chunk that is retrieved later could change why the answer is wrong; NULL where that was not looked at.
ALTER TABLE store.grounded ADD COLUMN is_open BOOLEAN;

CREATE OR REPLACE VIEW main.sentences AS SELECT
  trace_id, span_id, position, start_at AS "start", end_at AS "end", content AS text, verdict, lack, support, why,
  evidence::JSON AS evidence, citations::JSON AS citations, judge, judge_verdict, judge_lack, judge_why
FROM store.sentences
