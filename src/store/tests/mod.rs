mod chunk_search;
mod console;
mod filter;
mod fixtures;
mod ingest;
mod prompt_use;
mod safety;
mod speed;
