#!/bin/bash
# A file of code has at most 500 lines.
find src include -name '*.[ch]pp' -exec wc -l {} + |
    awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines"; bad = 1 } END { exit bad }'
