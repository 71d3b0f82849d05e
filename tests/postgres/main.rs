//! Archives in PostgreSQL, with a real server on this machine.

#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/archive_desk.rs"]
mod archive_desk;
mod cluster;
mod copies;
mod disturbances;
mod farm;
mod gaps;
mod machines;
#[path = "../it/open_archive.rs"]
mod open_archive;
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/program.rs"]
mod program;
mod proxy;
mod searches;
mod workers;
