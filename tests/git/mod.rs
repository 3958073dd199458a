//! Prompts in git on the command line: real repositories, and what a user or a script sees.

mod states;
mod versions;
mod workplace;
