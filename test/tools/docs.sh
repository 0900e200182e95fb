#!/bin/bash
# docs.sh write|check: docs/sql_reference.md from the COMMENTs of the extension as installed.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/server.sh"

reference=docs/sql_reference.md
prepare_server
start_cluster docs
run_psql -c 'CREATE EXTENSION pg_stress'

# A topic is a ten of the install script's parts (60_…, 61_…), named after its first: lines of
# ten, title, name of a function, table or view.
topics=$PGS_RUN/topics
last=
for file in sql/install/*.sql; do
    part=$(basename "${file%.sql}")
    ten=${part:0:1}
    if [ "$ten" != "$last" ]; then
        title=$(sed 's/^[0-9]*_//; s/_/ /g' <<<"$part")
        title=${title^} last=$ten
    fi
    { grep -oiE '^CREATE +(UNLOGGED +)?(FUNCTION|PROCEDURE|TABLE|VIEW) +pg_stress\.[a-z0-9_]+' "$file" || true; } |
        sed 's/.*pg_stress\.//' | sort -u | while read -r name; do
        printf '%s\t%s\t%s\n' "$ten" "$title" "$name"
    done
done >"$topics"
chmod a+r "$topics"

written=$PGS_RUN/sql_reference.md
run_psql -At -c "CREATE TEMP TABLE topic (ten text, title text, name text)" \
    -c "\copy topic FROM '$topics'" -f - <test/tools/sql_reference.sql >"$written"
stop_cluster

if [ "$1" = write ]; then
    mkdir -p docs
    cp "$written" $reference
    say "wrote $reference"
elif diff -u $reference "$written" >"$logs/docs-check.diff" 2>&1; then
    count_part docs-check 1 0
else
    head -40 "$logs/docs-check.diff"
    say "$reference is not what the extension says of itself; write it anew with: make docs"
    count_part docs-check 0 1
fi
