// Writes the samples of a run and rolls old ones up. Zone: backend; lives in the coordinator.
#pragma once

#include <string>

#include "core/rollup.hpp"
#include "core/value.hpp"

#include "backend/collector.hpp"
#include "backend/run_plan.hpp"

namespace pg_stress::backend {

struct SampleInterval { // of the measured part; negative in the warm-up
    int second, width;
    int sessions;
    uint64_t missed;
};

class SampleWriter {
  public:
    explicit SampleWriter(const RunPlan& plan) : plan_(plan) {}

    /** The collector's interval: a row per operation that had calls, and one for all together.
        In an open transaction, as the extension's owner. Counts of an interval that is there are
       added. */
    void write(const Collector& collector, const SampleInterval& interval);
    void write_server(const SampleInterval& interval, const core::Value& counters,
                      const core::Value& host);
    /** Merges what has become old, when `second` is the next one to come. Likewise. */
    void roll_up(int second);

  private:
    const RunPlan& plan_;
    core::RollUpSchedule schedule_;
};

} // namespace pg_stress::backend
