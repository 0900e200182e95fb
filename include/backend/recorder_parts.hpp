// The recorder's state, shared by its two sources. Zone: backend; private to the recorder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/verdict.hpp"

#include "backend/collector.hpp"
#include "backend/host.hpp"
#include "backend/recorder.hpp"
#include "backend/sample_writer.hpp"
#include "backend/server_counters.hpp"
#include "backend/snapshots.hpp"
#include "backend/wait_sampler.hpp"

namespace pg_stress::backend {

int64_t process_cpu_ns();

struct Recorder::Parts {
    Parts(const RunPlan& plan, RunMemory memory, Directory* directory, int entry);

    /** A transaction as the extension's owner; durable: the commit waits for the disk. */
    void write(bool durable, const std::function<void()>& statements);
    /** A step without which the run still has its results: a failure becomes an event. */
    void attempt(const char* what, const std::function<void()>& step);
    void add_event(const std::string& kind, const std::string& message);
    void publish(RunState state);

    void update_live(int64_t now_ns);
    void close_interval(int64_t now_ns, bool last);
    void keep_interval(double seconds);
    void judge_interval(int width);

    // finish(), in recorder_results.cpp
    void write_operations();
    void write_statements();
    void write_errors();
    void write_waits();
    void write_checks(double seconds);
    void write_run(RunState state, const std::string& reason);
    void see_stalls(core::VerdictInput& input, const core::Histogram& service) const;
    uint64_t scheduled() const; // whole run
    uint64_t unfinished() const;

    const RunPlan& plan;
    RunMemory memory;
    Directory* directory;
    int entry;

    Collector collector;
    WaitSampler waits;
    ServerCounters server;
    Snapshots snapshots;
    Host host;
    SampleWriter samples;

    int64_t measured_from_ns = 0, measured_to_ns = 0; // 0: not yet
    int64_t first_second_ns = 0, interval_from_ns = 0;
    int written_until = 0; // second that follows the last sample
    int event_number = 0;
    uint64_t missed_written = 0;
    uint64_t due_begin = 0, due_end = 0;    // arrivals due at the borders of the measured part
    uint64_t transactions_begin = 0;        // of the coordinator, and
    uint64_t worker_transactions_begin = 0; // of workers, when the server's were read first
    int64_t cpu_begin_ns = 0;
    uint64_t wal_begin = 0;

    std::vector<double> per_second;
    std::vector<core::Histogram> window; // of the last seconds, for the live percentiles
    size_t window_at = 0;
    double last_tps = 0;
};

} // namespace pg_stress::backend
