#include "backend/settings.hpp"

#include "backend/run_memory.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

static int max_workers = 0;

int max_workers_setting() { return max_workers; }

void define_settings() {
    DefineCustomIntVariable("pg_stress.max_workers", "Most SPI workers that a run may have.",
                            "0: half of max_worker_processes, unless the run asks for a number.",
                            &max_workers, 0, 0, kMaxWorkers, PGC_SUSET, 0, nullptr, nullptr,
                            nullptr);
#if PG_VERSION_NUM >= 150000
    MarkGUCPrefixReserved("pg_stress");
#endif
}

} // namespace pg_stress::backend
