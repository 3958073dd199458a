//! Whether the right documents were retrieved, and whether another retriever would have found them.

mod judged;

pub use judged::judged_here;
