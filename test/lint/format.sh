#!/bin/bash
# clang-format on every source file (`make format` applies it).
command -v clang-format >/dev/null || { echo "clang-format is not installed" && exit 77; }
version=$(clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
[ "$version" = 14 ] || { echo "clang-format 14 is the reference, here is $version" && exit 77; }
wrong=$(find src include test -name '*.[ch]pp' | sort | while read -r file; do
    clang-format "$file" | cmp -s - "$file" || echo "$file"
done)
[ -z "$wrong" ] || { printf 'not formatted; run make format:\n%s\n' "$wrong" && exit 1; }
