// What the run counted beside what the server counted. Zone: backend; lives in the coordinator.
//
// Called when no worker is left: SPI workers have flushed their statistics by then.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backend/collector.hpp"
#include "backend/run_plan.hpp"
#include "backend/server_counters.hpp"
#include "backend/snapshots.hpp"

namespace pg_stress::backend {

struct Check {
    std::string name, status; // passed, failed, not checked
    std::optional<std::string> expected, actual;
    std::string detail;
};

struct RunCounts {                                            // of the whole run
    uint64_t scheduled = 0, done = 0, failed = 0, missed = 0; // failed: own chaos included
    uint64_t unfinished = 0; // claimed and not ended, or due and never claimed
    uint64_t claimed_by_workers = 0, claimed_from_pace = 0;
    uint64_t retries = 0;
};

struct CheckInput {
    const RunPlan& plan;
    RunMemory memory;
    const Collector& collector;
    const ServerCounters& server;
    const Snapshots& snapshots;
    RunCounts counts;
    uint64_t worker_transactions, coordinator_transactions; // since the server's were read first
};

/** Checks of counts; no SQL of ours but catalog questions. */
std::vector<Check> check_counts(const CheckInput& input);

/** Looks for rows without their parent, for each foreign key of the tables that the run wrote. With
    the rights of the run's role, within `seconds` and a size limit; what was left out is named. */
Check check_foreign_keys(const core::Workload& workload, double seconds);

} // namespace pg_stress::backend
