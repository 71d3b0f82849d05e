//! Tests of the source itself: the layers, the names, the public items and the dependencies. They do
//! not link saseo.

mod code;
mod commit;
mod dependencies;
mod layers;
mod names;
mod public_api;
