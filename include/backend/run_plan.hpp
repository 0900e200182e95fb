// What a run is to do: the arguments of start_test after they were checked. Zone: backend.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bursts.hpp"
#include "core/pace.hpp"
#include "core/run_options.hpp"
#include "core/value.hpp"
#include "core/workload.hpp"

#include "backend/operation_runner.hpp"

namespace pg_stress::backend {

struct RunPlan {
    int64_t run_id = 0;
    std::string name, intensity, workload_expression, driver, baseline, role_name;
    uint64_t seed = 1;
    core::Value options_value = core::Value::object();
    core::RunOptions options;
    double duration_s = 300, warmup_s = 10;
    uint64_t operation_limit = 0; // count mode; 0: by time
    core::LoadKind load = core::LoadKind::Closed;
    core::Arrival arrival = core::Arrival::Constant;
    double rate = 0;                 // open load
    double think_time_ms = 0;        // paced load
    double chaos_share = 0;          // that the intensity asks for
    int workers = 1;                 // SPI workers
    int workers_wanted = 1;          // what the intensity asks for
    std::vector<core::Burst> bursts; // empty: all workers all the time
    RunnerSettings runner;
    core::Workload workload;
    std::vector<std::string> notes; // what the report has to say about how the run was set up
};

} // namespace pg_stress::backend
