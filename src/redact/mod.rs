//! Placeholders instead of values on the way out, values instead of placeholders on the way back. Knows no
//! sockets, no clock and no charter.

pub mod file;
pub mod placeholder;
pub mod restore;
pub mod rewrite;
