// Differences between server versions 14 to 18, and nothing else. Zone: backend.
#pragma once

#if PG_VERSION_NUM < 140000 || PG_VERSION_NUM >= 190000
#error "pg_stress is written for PostgreSQL 14 to 18"
#endif

namespace pg_stress::backend::compat {

/** The PGPROC of a proc number (17 renamed the array's accessor). */
inline PGPROC* proc_by_number(int number) {
#if PG_VERSION_NUM >= 170000
    return GetPGProcByNumber(number);
#else
    return &ProcGlobal->allProcs[number];
#endif
}

/** This process's proc number. */
inline int my_proc_number() {
#if PG_VERSION_NUM >= 170000
    return MyProcNumber;
#else
    return MyProc->pgprocno;
#endif
}

} // namespace pg_stress::backend::compat
