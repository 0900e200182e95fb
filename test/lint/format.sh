#!/bin/bash
# clang-format on every source file (`make format` applies it).
command -v clang-format >/dev/null || { echo "clang-format is not installed" && exit 77; }
version=$(clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
[ "$version" = 14 ] || { echo "clang-format 14 is the reference, here is $version" && exit 77; }
wrong=$(find src include test -name '*.[ch]pp' -print0 |
    xargs -0 -r -P "$(nproc)" -n 8 clang-format --dry-run 2>&1 | grep -o '^[^:]*:[0-9]*' | sort -u)
[ -z "$wrong" ] || { printf 'not formatted; run make format:\n%s\n' "$wrong" && exit 1; }
