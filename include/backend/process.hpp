// Small facts about processes and clocks of the server. Zone: backend.
#pragma once

#include <cstdint>
#include <string>

#include "backend/postgres.hpp"

namespace pg_stress::backend {

/** Monotonic clock, ns: the only clock that figures are made of. */
int64_t monotonic_ns();

/** Seconds of an interval; a month counts 30 days. */
double seconds_of(const Interval* interval);

/** Sets the latch of the process with that proc number, if it still is the process `pid`. */
void wake(int proc_number, pid_t pid);

/** Registers a dynamic worker of this module, to be started now and never restarted.
    nullptr: no free worker slot. The handle lives in TopMemoryContext. May throw PgError. */
BackgroundWorkerHandle* start_worker(const char* function, const std::string& name,
                                     const char* type, const void* arguments, size_t bytes,
                                     Datum main_argument);

/** False when the process has ended (or never will start). */
bool is_running(BackgroundWorkerHandle* handle);

} // namespace pg_stress::backend
