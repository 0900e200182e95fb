#!/bin/bash
# make test: every part, or those in PARTS; goes on after a failing one; the last line is the total.
. "$(dirname "$0")/common.sh"

parts=${PARTS:-build lint unit unit-sanitized regress isolation tap docs-check}
total=${PGS_COUNTS:-$PGS_RUN/total}
export PGS_COUNTS=$PGS_RUN/counts WERROR=1
mkdir -p "$PGS_COUNTS" "$total"
run_part() {
    case $1 in
    build) build_part ;;
    unit) test/tools/unit.sh plain ;;
    unit-sanitized) test/tools/unit.sh sanitized ;;
    regress | isolation) test/tools/regress.sh "$1" ;;
    tap) test/tools/tap.sh ;;
    lint) test/tools/lint.sh ;;
    docs-check) test/tools/docs.sh check ;;
    *) die "no such part: $1" ;;
    esac
}
build_part() {
    if make -s -j"$(nproc)" all WERROR=1; then count_part build 1 0; else count_part build 0 1; fi
}

passed=0 failed=0 skipped=0
broken=()
for part in $parts; do
    started=$SECONDS
    say "=== $part"
    if [[ ${broken[*]-} == *build* && $part != *unit* && $part != lint ]]; then
        count_part "$part" 0 1 || say "not run: the build is broken"
    else
        run_part "$part" || true
    fi
    if [ ! -f "$PGS_COUNTS/$part" ]; then
        say "[$part] ended before it could count"
        say "0 1 0" >"$PGS_COUNTS/$part"
    fi
    read -r p f s <"$PGS_COUNTS/$part"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    [ "$f" = 0 ] || broken+=("$part")
    say "    ($((SECONDS - started)) s)"
done

mapfile -t left < <(our_processes)
if [ ${#left[@]} -gt 0 ]; then
    say "processes are left after the tests:"
    describe_processes "${left[@]}"
    failed=$((failed + 1))
else
    passed=$((passed + 1))
fi
if [ "$passed" -le 1 ]; then failed=$((failed + 1)); fi
[ ${#broken[@]} = 0 ] || say "failed parts: ${broken[*]}"
say "$passed $failed $skipped" >"$total/test"
say ""
if [ "$skipped" = 0 ]; then
    say "$passed passed, $failed failed"
else
    say "$passed passed, $failed failed, $skipped skipped"
fi
[ "$failed" = 0 ]
