// Adds up what the workers count. Zone: backend; lives in the coordinator.
//
// Reads the run's segment without locks while workers write. Three views of the same counts: the
// whole run, the measured part, and the interval since the last clear_interval().
#pragma once

#include <memory>
#include <vector>

#include "core/live_reader.hpp"

#include "backend/run_memory.hpp"

namespace pg_stress::backend {

struct OperationTotals { // of one operation, all workers
    uint64_t done = 0, failed = 0, retries = 0, empty = 0, rows = 0, own_chaos = 0;
    uint64_t response_sum_ns = 0, service_sum_ns = 0, max_ns = 0;
    bool suspended = false;

    OperationTotals& operator+=(const OperationTotals& other);
    /** Counts since `before`; max_ns and suspended are those of now. */
    OperationTotals since(const OperationTotals& before) const;
};

struct WorkerTotals { // of all workers
    uint64_t claimed = 0, missed = 0, transactions = 0;
    int64_t cpu_ns = 0, waited_ns = 0;
};

class Collector {
  public:
    explicit Collector(RunMemory memory);

    /** Reads everything. Histograms of operations that ended nothing since the last read are
        skipped, unless `all` (the last read, when no worker is left). */
    void read(bool all = false);

    /** The last read is the border. */
    void begin_measuring();
    void end_measuring();
    bool measuring() const { return measuring_; }

    int operations() const { return static_cast<int>(now_.size()); }
    const OperationTotals& whole(int operation) const { return now_[index(operation)]; }
    OperationTotals measured(int operation) const;
    OperationTotals interval(int operation) const {
        return now_[index(operation)].since(interval_start_[index(operation)]);
    }
    WorkerTotals workers() const { return workers_now_; }
    WorkerTotals measured_workers() const;

    const core::Histogram& interval_response(int operation) const {
        return interval_response_[index(operation)];
    }
    const core::Histogram& response(int operation) const { return response_[index(operation)]; }
    const core::Histogram& service(int operation) const { return service_[index(operation)]; }
    const core::Histogram& start_lag() const { return *start_lag_; }
    /** Values that were found in an operation's histograms, warm-up included. */
    uint64_t response_values(int operation) const { return response_values_[index(operation)]; }
    uint64_t service_values(int operation) const { return service_values_[index(operation)]; }

    /** What is in the interval has been written; the next one begins. */
    void clear_interval();

  private:
    static size_t index(int operation) { return static_cast<size_t>(operation); }
    void read_workers();

    RunMemory memory_;
    bool measuring_ = false, measured_ = false;
    std::vector<OperationTotals> now_, interval_start_, begin_, end_;
    WorkerTotals workers_now_, workers_begin_, workers_end_;
    std::vector<int64_t> cpu_seen_;
    std::vector<uint64_t> done_seen_, claimed_seen_; // by worker and operation; by worker
    std::vector<core::LiveHistogramReader> response_reader_, service_reader_, lag_reader_;
    std::vector<core::Histogram> interval_response_, response_, service_;
    std::unique_ptr<core::Histogram> start_lag_, discarded_;
    std::vector<uint64_t> response_values_, service_values_;
};

} // namespace pg_stress::backend
