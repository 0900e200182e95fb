#include "backend/settings.hpp"

#include "backend/run_memory.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

static int max_workers = 0;

static bool record_times = true;

int max_workers_setting() { return max_workers; }
bool record_times_setting() { return record_times; }

void define_settings() {
    DefineCustomIntVariable("pg_stress.max_workers", "Most SPI workers that a run may have.",
                            "0: half of max_worker_processes, unless the run asks for a number.",
                            &max_workers, 0, 0, kMaxWorkers, PGC_SUSET, 0, nullptr, nullptr,
                            nullptr);
    DefineCustomBoolVariable(
        "pg_stress.record_times", "Whether workers record times and statements.",
        "Off leaves the counts of operations alone; only to measure what recording costs.",
        &record_times, true, PGC_SUSET, GUC_NOT_IN_SAMPLE, nullptr, nullptr, nullptr);
#if PG_VERSION_NUM >= 150000
    MarkGUCPrefixReserved("pg_stress");
#endif
}

} // namespace pg_stress::backend
