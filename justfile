# What one types while working on saseo. `just` lists it.

default:
    @just --list

# Everything that CI checks
ci:
    bash .ci/run

check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

test *ARGS:
    cargo test {{ARGS}}

# A thousand kills of a schedule of three papers: nothing lost, nothing twice, nobody hurried
kills:
    SASEO_KILLS=1000 cargo test --release --test it -- three_papers

demo:
    cargo run --release -- demo

# The figures of docs/benchmarks.md
bench:
    cargo bench
