// Whether a run's figures can be trusted, with reasons in words. Zone: core.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/histogram.hpp"
#include "core/pace.hpp"

namespace pg_stress::core {

/** An operation that took this many times its median was held up. */
inline constexpr double kStallRatio = 100;

struct VerdictInput {
    LoadKind load = LoadKind::Closed;
    bool by_count = false; // ended by a number of operations, not by time
    bool bursts = false;   // the load changes on purpose
    double measured_s = 0;
    uint64_t operations = 0; // done and failed ones of the measured part
    uint64_t due = 0;        // open load: arrivals whose time came in the measured part
    uint64_t missed = 0;     // paced load: starts that were skipped
    double lag_p99_ms = 0;   // start minus intended start
    double response_p50_ms = 0;
    double idle_share = 0;          // of the workers' time, in the measured part
    double steal_share = -1;        // of the host's processor time; -1: unknown
    double other_share = -1;        // used by processes that are not the server's; -1: unknown
    std::vector<double> per_second; // operations that ended in each measured second
    // closed load
    double worst_service_ratio =
        0; // largest of: an operation's longest service time over its median
    double service_p99_ms = 0;
    double corrected_p99_ms = 0; // see corrected_for_omission
};

struct Verdict {
    std::string word;                 // valid, generator-bound, host-noisy, not steady, too short
    std::vector<std::string> reasons; // one sentence each; may be given for a valid run, too
};

Verdict judge(const VerdictInput& input);

/** Shift from the first half to the second, as a share of the whole's median: by medians, and 0
    where it does not stand out of the noise (3 standard errors by median absolute deviation). */
double trend(const std::vector<double>& per_second);

} // namespace pg_stress::core
