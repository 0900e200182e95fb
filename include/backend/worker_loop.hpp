// What an SPI worker does between go and the order to stop. Zone: backend.
//
// The worker is the one writer of its slot, counters and histograms: relaxed loads and stores, no
// read-modify-write. Nothing on the path of an operation allocates or throws.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/operation_runner.hpp"
#include "backend/precise_wait.hpp"
#include "backend/run_memory.hpp"

namespace pg_stress::backend {

class WorkerLoop final : private StepSink {
  public:
    WorkerLoop(RunMemory memory, int slot, const core::Workload& workload, OperationRunner& runner);

    /** Until go; false: ordered to leave before. */
    bool wait_for_go();
    /** Returns when ordered to stop, when the run's operations are used up, or when no operation is
        left that can be run: then the slot says why. */
    void run();

  private:
    enum class Next : uint8_t { Start, Again, Leave };

    bool attend();
    void attend_interrupts();
    void once_a_second();
    void idle(int64_t until_ns);
    void pause_after_failures();

    Next next_closed();
    Next next_paced();
    Next next_open();
    bool claim(core::Claim& claim);
    void skip_missed();

    bool choose();
    void execute();
    void execute_unrecorded();
    void record(const RunOutcome& outcome, int64_t began, int64_t ended);
    void record_failure(const RunOutcome& outcome);
    void count_error(const RunOutcome& outcome);
    void give_up(const char* message);

    void step_begins(uint32_t operation, uint32_t step) override;
    void step_ended(uint32_t operation, uint32_t step, uint64_t rows, int64_t ns) override;

    RunMemory memory_;
    RunHeader& header_;
    WorkerSlot& slot_;
    OperationRunner& runner_;
    PreciseWait wait_;
    const int number_;
    const bool record_times_;
    std::vector<OperationCounters*> counters_; // by operation
    std::vector<uint32_t> first_step_;         // by operation: its first among all steps
    StepCounters* steps_;
    std::vector<uint8_t> failures_; // in a row, by operation
    std::vector<uint8_t> suspended_;
    bool any_suspended_ = false;

    uint64_t operation_number_ = 0; // claimed
    uint32_t operation_ = 0;
    int64_t due_ = 0;
    int64_t now_ = 0; // of the latest reading of the clock
    int64_t next_second_ = 0;
    int64_t session_due_ = 0; // paced: next intended start; 0: the session has just begun
    uint64_t transactions_before_;
    int64_t cpu_before_;
    uint32_t failures_in_a_row_ = 0;
    uint32_t until_clock_ = 0; // operations until the clock is read, when times are not recorded
    bool active_ = false;      // as pg_stat_activity sees it
    bool lone_step_ = false;   // the operation's time is its step's
};

} // namespace pg_stress::backend
