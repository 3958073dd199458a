mod fixtures;
mod ingest;
