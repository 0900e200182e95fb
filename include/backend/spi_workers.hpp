// The SPI workers of a run, as the coordinator sees them. Zone: backend.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backend/run_memory.hpp"

namespace pg_stress::backend {

class SpiWorkers {
  public:
    using Report = std::function<void(const std::string&)>;

    SpiWorkers(RunMemory memory, dsm_handle segment) : memory_(memory), segment_(segment) {}

    /** Registers up to `count` workers; returns how many the server had slots for. */
    int start(int count);
    /** Workers that are ready or have already ended. */
    bool all_ready() const;
    /** Replaces workers that ended before they were told to; `report` gets a line for each. */
    void replace_dead(const Report& report);
    /** How many were replaced since a worker last completed an operation; a run that only ever
        loses workers must end. */
    int losses_in_a_row() const { return losses_; }
    /** Why a worker ended before it was ready; "" when none did. */
    std::string start_failure() const;
    bool all_ended() const;
    /** Sets their latches: something in the header has changed. */
    void wake() const;
    /** Cancels the statements of workers that are in an operation. */
    void cancel_statements() const;
    /** SIGTERM to all that still run. No allocation, cannot fail: for exit callbacks too. */
    void terminate() const noexcept;

  private:
    bool start_one(int slot);
    bool ended(int slot) const;

    RunMemory memory_;
    dsm_handle segment_;
    std::vector<BackgroundWorkerHandle*> handles_;
    int losses_ = 0;
    uint64_t done_at_loss_ = 0;
};

} // namespace pg_stress::backend
