# Sourced after common.sh: the private copy of the server's files, and private clusters.
# shellcheck shell=bash

server_major() { "$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'; }

[ -f "$("$PG_CONFIG" --pgxs 2>/dev/null)" ] ||
    die "PostgreSQL's files for building extensions are missing; run: make deps"
major=$(server_major)
server_root=$work/pg$major/root
server_bin=$server_root$("$PG_CONFIG" --bindir)
pgxs_test=$(dirname "$("$PG_CONFIG" --pgxs)")/../test
pgxs_test=$(cd "$pgxs_test" && pwd)
server_path=$server_bin:/usr/local/bin:/usr/bin:/bin:$PATH

# PostgreSQL finds its other folders from where its program lies, so a copy with the same layout
# below another root is a server of its own. The system's files are never touched.
copy_server_files() {
    local folder program stamp
    stamp="$("$PG_CONFIG" --version) $(stat -c '%Y %s' "$("$PG_CONFIG" --bindir)/postgres")"
    [ "$(cat "$server_root/.copied" 2>/dev/null)" != "$stamp" ] || return 0
    rm -rf "$server_root"
    for folder in "$("$PG_CONFIG" --pkglibdir)" "$("$PG_CONFIG" --sharedir)"; do
        mkdir -p "$server_root$folder"
        cp -a "$folder/." "$server_root$folder/"
    done
    mkdir -p "$server_bin"
    for program in postgres initdb pg_ctl psql pg_dump pg_dumpall pg_restore pg_basebackup \
        pg_controldata pg_isready pgbench createdb dropdb createuser pg_resetwal pg_upgrade vacuumdb; do
        if [ -e "$("$PG_CONFIG" --bindir)/$program" ]; then
            cp -aL "$("$PG_CONFIG" --bindir)/$program" "$server_bin/"
        fi
    done
    say "$stamp" >"$server_root/.copied"
}

# Builds and installs into the private copy.
prepare_server() {
    copy_server_files
    make -s -j"$(nproc)" all
    make -s install DESTDIR="$server_root" >/dev/null
}

# A readable copy of the checkout's files for the server's user, without what was built.
stage_inputs() {
    stage=$PGS_RUN/stage
    rm -rf "$stage"
    mkdir -p "$stage"
    tar -C "$top" --mode=a+rX --exclude=./.git --exclude=./build --exclude='*.o' --exclude='*.d' \
        --exclude='*.so' -cf - . | tar -C "$stage" --no-same-owner -xf -
}

# start_cluster NAME [setting…]: a cluster below $PGS_RUN; sets data, socket and log for the caller.
# Stock settings but for durability, so that a test meets the limits that users meet.
start_cluster() {
    local name=$1 setting
    shift
    data=${PGS_DATA:-$PGS_RUN/$name/data} socket=$PGS_RUN/$name log=$PGS_RUN/$name/server.log
    server_folder "$socket"
    as_server "$server_bin/initdb" -D "$data" -U postgres -A trust --no-sync --no-locale \
        --encoding=UTF8 >"$socket.initdb" 2>&1 || { cat "$socket.initdb" && return 1; }
    {
        say "listen_addresses = ''"
        say "unix_socket_directories = '$socket'"
        say "fsync = off"
        say "log_line_prefix = '%m [%p] %b '"
        say "timezone = 'UTC'"
        for setting in "$@"; do say "$setting"; done
    } >>"$data/postgresql.conf"
    end_lasting=stop_cluster
    as_server "$server_bin/pg_ctl" -D "$data" -l "$log" -w -t 60 -s start ||
        { cat "$log" && return 1; }
}
stop_cluster() {
    end_lasting=:
    as_server "$server_bin/pg_ctl" -D "$data" -m fast -w -t 60 -s stop ||
        as_server "$server_bin/pg_ctl" -D "$data" -m immediate -w -t 30 -s stop
}
run_psql() {
    as_server PGHOST="$socket" PGUSER=postgres PGDATABASE=postgres \
        "$server_bin/psql" -X -q -v ON_ERROR_STOP=1 "$@"
}

# Counts what a test run left behind in the cluster that is running: workers, crashes in the log.
leftovers=0
check_leftovers() {
    local left try
    for try in $(seq 50); do
        left=$(run_psql -At -c "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_stress%'")
        [ "$left" != 0 ] || break
        sleep 0.1
    done
    if [ "$left" != 0 ]; then
        say "$left pg_stress processes are left in the server:"
        run_psql -c "SELECT pid, backend_type, datname, state, wait_event, query FROM pg_stat_activity
                     WHERE backend_type LIKE 'pg_stress%'"
        leftovers=$((leftovers + 1))
    fi
    if grep -nE "$crash_pattern" "$log"; then
        say "the server's log tells of a crash (above)"
        leftovers=$((leftovers + 1))
    fi
}
