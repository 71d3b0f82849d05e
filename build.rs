//! `include_dir!` sees a new file in `config` only when the program is built again.

fn main() {
    println!("cargo:rerun-if-changed=config");
}
