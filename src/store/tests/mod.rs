mod console;
mod filter;
mod fixtures;
mod ingest;
mod safety;
mod speed;
