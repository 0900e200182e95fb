// The coordinator of one run: prepares it, paces it, samples it, finishes it. Zone: backend.
//
// States as in RunState. Between two ticks no transaction is open and no lock is held, so that
// DROP EXTENSION and DROP DATABASE only meet a tick that fails, which ends the run.
// Signals: before the run is accepted SIGTERM ends the process at once; after that it is a request
// to stop, so that what was measured is written down.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backend/recorder.hpp"
#include "backend/run_memory.hpp"
#include "backend/run_plan.hpp"
#include "backend/spi_workers.hpp"
#include "backend/start_request.hpp"

namespace pg_stress::backend {

class Coordinator {
  public:
    explicit Coordinator(StartRequest& request) : request_(request) {}

    /** Everything that can refuse the run, then its row, its workers and the answer to the caller.
        False: the caller has left, nothing stays. */
    bool prepare();
    /** The load, from the first worker to the last row. */
    void execute();
    bool accepted() const { return plan_.run_id != 0; }
    /** For the exit callback: workers are told to leave, the directory entry is given back. */
    void abandon() noexcept;

  private:
    enum class End : uint8_t { None, Complete, Stopped, Failed, ExtensionGone };

    void insert_run();
    void create_memory(const std::vector<int64_t>& sequences);
    void wait_until_ready();
    void run_load();
    void begin_measuring(int64_t now);
    void tick(int64_t now);
    void take_requests(int64_t now);
    void apply_bursts(int64_t now);
    void finish_count();
    void replace_workers();
    /** False when the work failed; the error is in last_error_ and in the log. */
    bool guarded(const char* what, const std::function<void()>& work);
    void drain();
    void end(End end, const std::string& reason);
    bool stop_wanted();
    void wait(int64_t until) const;

    StartRequest& request_;
    RunPlan plan_;
    int entry_ = -1;
    dsm_segment* segment_ = nullptr;
    std::unique_ptr<RunMemory> memory_;
    std::unique_ptr<SpiWorkers> workers_;
    std::unique_ptr<Recorder> recorder_;

    End end_ = End::None;
    std::string reason_;
    int64_t started_ = 0, measured_from_ = 0, ends_at_ = 0;
    int64_t bursts_from_ = 0; // 0: sessions were set by hand, the cycle has ended
    int failed_samples_ = 0;
    std::string last_error_, last_loss_;
};

} // namespace pg_stress::backend
