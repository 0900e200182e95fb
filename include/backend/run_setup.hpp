// From the arguments of start_test to a plan that can run. Zone: backend, coordinator only.
#pragma once

#include "backend/run_plan.hpp"
#include "backend/start_request.hpp"

namespace pg_stress::backend {

/** Checks every argument and makes the workload; raises what the caller shall see. In an open
    transaction, as the role that called. */
RunPlan make_plan(const StartRequest& request);

/** Bursts and think time of an intensity for this plan, as set_intensity needs them too. Raises
    undefined_object, listing the intensities. In an open transaction. */
void apply_intensity(RunPlan& plan, const std::string& intensity);

/** Runs each operation and rolls it back. What a constraint or anything else forbids leaves the
    plan's workload for its left_out; operations that a user wrote and that cannot be are refused.
    Runs its own transactions. Returns the workload's sequence counters as they begin. */
std::vector<int64_t> try_operations(RunPlan& plan);

/** How the run is set up, for the run's row. */
core::Value describe_setup(const RunPlan& plan);

} // namespace pg_stress::backend
