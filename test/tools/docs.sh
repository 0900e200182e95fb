#!/bin/bash
# docs.sh write|check: docs/sql_reference.md from the COMMENTs of the extension as installed.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/server.sh"

reference=docs/sql_reference.md
prepare_server
start_cluster docs
run_psql -c 'CREATE EXTENSION pg_stress'

# Topics are the parts of the install script, in their order: file, title (its first comment line
# in full, else its name), and the functions, tables and views that it creates.
topics=$PGS_RUN/topics
for file in sql/install/*.sql; do
    title=$(sed -n 's/^-- Topic: //p' "$file" | head -1)
    if [ -z "$title" ]; then
        title=$(basename "${file%.sql}" | sed 's/^[0-9]*_//; s/_/ /g')
        title=${title^}
    fi
    { grep -oiE '^CREATE +(UNLOGGED +)?(FUNCTION|PROCEDURE|TABLE|VIEW) +pg_stress\.[a-z0-9_]+' "$file" || true; } |
        sed 's/.*pg_stress\.//' | sort -u | while read -r name; do
        printf '%s\t%s\t%s\n' "$(basename "$file")" "$title" "$name"
    done
done >"$topics"
chmod a+r "$topics"

written=$PGS_RUN/sql_reference.md
run_psql -At -c "CREATE TEMP TABLE topic (file text, title text, name text)" \
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
