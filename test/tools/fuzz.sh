#!/bin/bash
# Every target of test/fuzz for FUZZ_SECONDS (60) with libFuzzer, AddressSanitizer and UBSan.
. "$(dirname "$0")/common.sh"
command -v clang++ >/dev/null || die "fuzzing needs clang: apt-get install clang"

out=$top/build/fuzz passed=0 failed=0
for source in test/fuzz/*_fuzz.cpp; do
    [ -e "$source" ] || continue
    name=$(basename "${source%.cpp}")
    mkdir -p "$out/$name"
    say "=== fuzz $name"
    if clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
        -Iinclude -DFMT_HEADER_ONLY -o "$out/$name/run" "$source" src/core/*.cpp &&
        (cd "$out/$name" && mkdir -p corpus && ./run -max_total_time="${FUZZ_SECONDS:-60}" \
            -print_final_stats=1 -verbosity=0 corpus); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        say "fuzz $name failed; the input is in build/fuzz/$name"
    fi
done
[ $((passed + failed)) -gt 0 ] || say "there is no target in test/fuzz"
count_part fuzz $passed $failed
