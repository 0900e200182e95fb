# Sourced by benchmarks: figures of pairs, and the one way into docs/benchmarks.md.
# shellcheck shell=bash

# record_section NAME: replaces the section of that name by standard input, with host and commit.
record_section() {
    local name=$1 file=$top/docs/benchmarks.md body
    body=$(cat)
    [ -e "$file" ] || printf '# Benchmarks\n\nWritten by `make bench`, a section by each script of `test/bench`. Ratios of interleaved runs hold; single times depend on the host.\n' >"$file"
    awk -v name="## $name" '$0 == name { skip = 1; next } /^## / { skip = 0 } !skip' "$file" |
        cat -s >"$file.new"
    {
        cat "$file.new"
        printf '\n## %s\n\n%s\n\nHost: %s. Commit %s. Command: `make bench ONLY=%s`.\n' "$name" "$body" \
            "$(host_line)" "$(git -C "$top" rev-parse --short HEAD 2>/dev/null || echo unknown)" \
            "$(basename "${0%.sh}")"
    } >"$file"
    rm -f "$file.new"
}
host_line() {
    printf '%s processors (%s), %s, PostgreSQL %s' "$(nproc)" \
        "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(uname -sr)" \
        "$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9.]*\).*/\1/')"
}

# median NUMBER…
median() { printf '%s\n' "$@" | sort -g | awk '{ a[NR] = $1 } END { print (NR % 2) ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }
