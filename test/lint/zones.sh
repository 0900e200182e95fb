#!/bin/bash
# core knows neither server nor libpq nor another zone; only src/backend sees the server's headers.
bad=0
forbid() { # forbid WHAT PATTERN PATH…: no line of the files may match
    local what=$1 pattern=$2 found
    shift 2
    found=$(grep -rnE "$pattern" "$@" 2>/dev/null) || return 0
    printf '%s:\n%s\n' "$what" "$found"
    bad=1
}
forbid "core includes more than itself and the C++ library" \
    '^ *# *include *("(backend|client|program)/|"?<?(postgres|fmgr|libpq|pg_config|c\.h|executor/|utils/|catalog/|storage/|access/|nodes/))' \
    src/core include/core
forbid "client includes the server or a zone above it" \
    '^ *# *include *("(backend|program)/|"?<?(postgres\.h|fmgr\.h|miscadmin))' src/client include/client
forbid "the server's headers belong to src/backend" \
    '^ *# *include *"(backend/postgres\.hpp|postgres\.h)"' src/core src/client src/program \
    include/core include/client include/program test/unit
forbid "errors are raised by raise() or in src/backend" \
    '(ereport|elog) *\( *(ERROR|FATAL|PANIC)' src/core src/client src/program include
forbid "no threads or sleeps in the server" \
    'std::(j?thread|async|this_thread)|\b(usleep|nanosleep|pg_usleep|sleep|sleep_for) *\(' \
    src/backend include/backend
exit $bad
