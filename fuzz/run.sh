#!/bin/sh
# Fuzzes every target for so many seconds each (3600 if not said), two at a time, and keeps a log of each.
#
#     fuzz/run.sh [SECONDS [TARGET…]]
#
# It needs cargo-fuzz (`cargo install cargo-fuzz`) and a C++ compiler. The compiler may be a stable one: what libFuzzer needs
# of it is let in by RUSTC_BOOTSTRAP. No sanitizer is used, since there is no unsafe code; debug assertions and overflow
# checks are on.
#
# What is found on the way lies in fuzz/target/corpus. What fails lies in fuzz/artifacts: make it small with `cargo fuzz tmin`,
# mend it, and keep the input in fuzz/corpus, which `cargo test` replays.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-3600}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- grammar interpreter schema generated files readers
export RUSTC_BOOTSTRAP=1

fuzz() {
    found=fuzz/target/corpus/$1
    mkdir -p "$found" "fuzz/artifacts/$1" "fuzz/corpus/$1"
    cargo run --quiet --package pony-tests --example seeds -- "$1" "$found"
    # A packet is short, a definition is long; neither may take more than a few seconds.
    case $1 in
    grammar | schema) longest=4096 dictionary=-dict=fuzz/pony.dict ;;
    *) longest=2048 dictionary= ;;
    esac
    # shellcheck disable=SC2086 # An empty dictionary is no argument.
    nice -n 19 "$(binary "$1")" "$found" "fuzz/corpus/$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -max_len=$longest $dictionary -artifact_prefix="fuzz/artifacts/$1/" -print_final_stats=1 -verbosity=1
}

binary() {
    echo "fuzz/target/$(rustc -vV | sed -n 's/^host: //p')/release/$1"
}

nice -n 19 cargo fuzz build --sanitizer none
status=0
while [ $# -gt 0 ]; do
    running=
    for target in "$1" ${2:-}; do
        fuzz "$target" >"fuzz/target/$target.log" 2>&1 &
        running="$running $!"
    done
    for job in $running; do
        wait "$job" || status=1
    done
    shift
    [ $# -eq 0 ] || shift
done
tail -n 8 fuzz/target/*.log
exit $status
