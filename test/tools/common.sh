# Sourced by every script of the house: where things are, who runs servers, how tests are counted.
#
# A script has two places: $work for what is kept between calls (the private copy of the server's
# files) and $PGS_RUN, a short-lived folder with a short path for sockets, data and staged inputs.
# As root, servers run as user postgres, who may be unable to enter the checkout: then $work is in
# $PGS_RUN too. Children inherit PGS_RUN; who made it removes it.
# shellcheck shell=bash
set -euo pipefail
umask 022

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top"
export PG_CONFIG=${PG_CONFIG:-pg_config}
unset PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGOPTIONS PGSERVICE PGDATA PGAPPNAME \
    PGCLIENTENCODING PGTZ PGSSLMODE PGPASSFILE PGSERVICEFILE
export LC_ALL=C.UTF-8 PGTZ=UTC
logs=$top/build/logs

say() { printf '%s\n' "$*"; }
die() {
    printf '%s\n' "$*" >&2
    exit 1
}
is_root() { [ "$(id -u)" = 0 ]; }

# ---- who runs servers

as_server() ( # absolute paths only: the checkout may be closed to the server's user
    cd "$PGS_RUN"
    if is_root; then exec runuser -u postgres -- env HOME="$PGS_RUN" "$@"; fi
    exec env HOME="$PGS_RUN" "$@"
)
server_folder() { # makes a folder that the server's user owns
    mkdir -p "$1"
    if is_root; then chown postgres "$1"; fi
}

# Processes that work in our run folder: servers, their clients, whatever tests started there.
our_processes() {
    local entry pid
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        [ "$pid" != "$$" ] || continue
        case "$(readlink "$entry/cwd" 2>/dev/null)::$(readlink "$entry/exe" 2>/dev/null)" in
        "$PGS_RUN"* | *"::$PGS_RUN"/*) say "$pid" ;;
        esac
    done
}
describe_processes() {
    local pid
    for pid in "$@"; do
        printf '  %s %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
    done
}
end_our_processes() {
    local signal pids try
    for signal in INT KILL; do
        mapfile -t pids < <(our_processes)
        [ ${#pids[@]} -gt 0 ] || return 0
        kill -s "$signal" "${pids[@]}" 2>/dev/null || true
        for try in $(seq 50); do
            [ -n "$(our_processes)" ] || return 0
            sleep 0.1
        done
    done
}

# ---- the two places

owner=
if [ -z "${PGS_RUN:-}" ]; then
    PGS_RUN=$(mktemp -d /tmp/pg_stress.XXXXXX)
    chmod 755 "$PGS_RUN"
    export PGS_RUN
    owner=yes
fi
# A script that starts something lasting sets end_lasting to what ends it.
end_lasting=:
leave() {
    local status=$?
    trap - EXIT INT TERM
    $end_lasting || true
    if [ -n "$owner" ]; then
        end_our_processes
        rm -rf "$PGS_RUN"
    fi
    exit $status
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

work=$top/build
if is_root && ! runuser -u postgres -- test -x "$top" 2>/dev/null; then
    work=$PGS_RUN
fi
mkdir -p "$work" "$logs"

# ---- counting

# Counts one part: NAME PASSED FAILED [SKIPPED]. The total is made by all.sh from these files.
count_part() {
    local name=$1 passed=$2 failed=$3 skipped=${4:-0}
    say "[$name] $passed passed, $failed failed, $skipped skipped"
    if [ -n "${PGS_COUNTS:-}" ]; then say "$passed $failed $skipped" >"$PGS_COUNTS/$name"; fi
    [ "$failed" = 0 ]
}

# The server's log tells of crashes that a quick restart hides from every query.
crash_pattern='terminated by signal|PANIC:|TRAP:|segfault|was terminated by exception'
