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

# Three workers of one PostgreSQL archive, killed, stopped and cut off for 150 seconds
chaos:
    SASEO_CHAOS_SECONDS=150 cargo test --release --features postgres --test postgres -- --nocapture whatever_befalls

# Answers of 300 hosts in a minute, to one worker of a PostgreSQL archive and to three
workers:
    cargo bench --features postgres --bench many_machines -- hosts

demo:
    cargo run --release -- demo

# The figures of docs/benchmarks.md
bench:
    cargo bench

# saseo beside Scrapy and wget, written into docs/benchmarks.md: some five minutes (`--quick`: a smoke test)
bench-peers *ARGS:
    python3 -B benches/peers/bench_peers.py {{ARGS}}

# Instructions a page against benches/instructions.toml, by valgrind: half a minute (`--write` renews them)
instructions *ARGS:
    cargo bench --locked --bench instructions -- {{ARGS}}
