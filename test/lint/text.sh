#!/bin/bash
# No left-over notes, no paths of one machine, no sleeps as a wait for a result.
bad=0
files=$(find . -path ./build -prune -o -path ./.git -prune -o -type f -not -name '*.o' -not -name '*.so' \
    -not -name '*.d' -not -path './test/lint/*' -not -name LICENSE -print)
forbid() {
    local what=$1 pattern=$2 found
    found=$(printf '%s\n' "$files" | grep -E "${3:-.}" | xargs -r -d '\n' grep -nIE "$pattern")
    [ -n "$found" ] || return 0
    printf '%s:\n%s\n' "$what" "$found"
    bad=1
}
forbid "left-over notes" '\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b'
forbid "paths of one machine" '(^|[^A-Za-z0-9_.-])/(work|home|root)/[a-z]'
forbid "addresses of package registries" 'https?://[a-z.]*(debian|npmjs|pypi)[a-z.]*/'
forbid "sleeps in TAP tests" '\b(usleep|sleep)\b *\(? *[0-9]' '^./test/tap/'
exit $bad
