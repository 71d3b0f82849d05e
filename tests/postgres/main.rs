//! Archives in PostgreSQL, with a real server on this machine.

mod cluster;
mod copies;
mod disturbances;
mod farm;
mod gaps;
mod machines;
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/program.rs"]
mod program;
mod proxy;
mod workers;
