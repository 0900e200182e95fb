#!/bin/bash
# clang-tidy over the sources, or those named; minutes, so it is no part of `make test`.
. "$(dirname "$0")/common.sh"
command -v clang-tidy >/dev/null || die "clang-tidy is not installed: apt-get install clang-tidy"
files=("$@")
if [ $# = 0 ]; then mapfile -t files < <(find src -name '*.cpp' | sort); fi
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -I{} nice clang-tidy --quiet {} -- -std=c++20 -Iinclude \
    -isystem "$("$PG_CONFIG" --includedir-server)" -isystem "$("$PG_CONFIG" --includedir)" \
    -DFMT_HEADER_ONLY -Wno-register -DPGDLLEXPORT=
