//! The one integration test binary: each more would link DuckDB once more.

mod architecture;
