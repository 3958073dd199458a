//! Vim's modes and commands.

mod ex;
mod find;
mod insert;
mod machine;
mod mode;
mod motion;
mod normal;
mod object;
mod operator;
mod prefix;
mod put;
mod register;
mod steps;
mod substitute;
mod visual;
mod window;

pub use ex::sign;
pub use machine::Vim;
pub use mode::Mode;

#[cfg(test)]
mod tests;
