// Turns a run's shared memory and the server's counters into rows. Zone: backend; lives in the
// coordinator, which has no transaction open when it calls. Each call runs its own transactions.
#pragma once

#include <memory>
#include <string>

#include "backend/run_memory.hpp"
#include "backend/run_plan.hpp"

namespace pg_stress::backend {

class Recorder {
  public:
    Recorder(const RunPlan& plan, RunMemory memory, Directory* directory, int entry);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /** Before any worker starts: settings, tables, statements, server counters, host, fingerprints.
     */
    void take_before();
    /** Figures count from now on; what was before is warm-up. */
    void begin_measuring(int64_t now_ns);
    /** Reads what every worker waits for; no transaction, no allocation; 20 times a second or more.
     */
    void sample_waits();
    /** Once a second: collects counters and histograms, writes samples, updates the live figures.
     */
    void every_second(int64_t now_ns);
    /** Figures end now; workers may still be ending operations, which do not count as measured. */
    void end_measuring(int64_t now_ns);
    /** After the last worker has ended: after-snapshot, per-operation results, errors and checks.
        Checks may take that long at most; those that would take longer are not checked. */
    void collect_results(double check_seconds);
    /** Counts, verdict and the final state with its reason; may be tried again when it throws. */
    void write_final(RunState final_state, const std::string& reason);
    /** A line on the run's time line (`kind` is a short word: state, burst, worker, operation...).
     */
    void event(const std::string& kind, const std::string& message);
    /** Writes run state to the run's row and the directory. */
    void set_state(RunState state);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace pg_stress::backend
