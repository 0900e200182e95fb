// Executes operations of a workload by SPI, in this process. Zone: backend.
//
// Used by the SPI worker for the load, and by the coordinator to try each operation once before a
// run is accepted. One operation is one transaction (or one for each step); plans are kept;
// parameters come from samples held in this process.
//
// Memory: samples and plans live in their own contexts below TopMemoryContext, freed by the
// destructor. run() is the hot path: no C++ exception, no allocation of ours, one sigsetjmp; it
// leaves no transaction open and no error state behind, whatever happens, FATAL apart.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "core/workload.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

struct RunnerSettings {
    uint64_t seed = 1;
    int64_t run_id = 0;
    std::string isolation; // default of operations that name none
    bool read_only = false, rollback = false;
    int statement_timeout_ms = 30000, lock_timeout_ms = 0, max_retries = 3;
};

enum class RunStatus : uint8_t { Done, Empty, Failed, Cancelled };

struct RunOutcome {
    RunStatus status; // Empty: done, but it found nothing to do
    uint32_t retries;
    uint64_t rows;
    int sqlstate;        // of a failure, packed
    char message[232];   // of a failure
    char constraint[64]; // its name, where one was violated
    uint32_t step;       // in which it failed
};

/** Told after each execution of a step, inside the transaction: must not raise. */
struct StepSink {
    virtual void step_begins(uint32_t operation, uint32_t step) = 0;
    virtual void step_ended(uint32_t operation, uint32_t step, uint64_t rows, int64_t ns) = 0;

  protected:
    ~StepSink() = default;
};

class OperationRunner {
  public:
    /** `sequences` has sequence_count(workload) counters, set by resolve_sequences(). */
    OperationRunner(const core::Workload& workload, const RunnerSettings& settings,
                    std::atomic<int64_t>* sequences);
    ~OperationRunner();
    OperationRunner(const OperationRunner&) = delete;
    OperationRunner& operator=(const OperationRunner&) = delete;

    /** Takes all samples, in a transaction of its own. Throws PgError. */
    void load_samples();
    /** Takes the next sample anew when operation `number` has crossed a refresh point; cheap
        otherwise. Never throws: a sample that cannot be read stays as it was. */
    void refresh_samples(uint64_t number);

    /** Runs operation `operation` as number `number` of the run. */
    void run(uint32_t operation, uint64_t number, RunOutcome& outcome, StepSink* sink);

    /** As run(), with deferred constraints checked, then rolled back. */
    void trial(uint32_t operation, uint64_t number, RunOutcome& outcome);

    /** The chosen rows and values of operation `number` as text, for proof of reproducibility:
        ranks in samples and random numbers, not data. */
    std::string fingerprint(uint32_t operation, uint64_t number) const;

    /** Rows that the sample of this table ("schema.table", quoted) holds; -1: none is taken. */
    int64_t sample_rows(const std::string& table) const;
    int64_t query_id(uint32_t operation, uint32_t step) const; // 0: unknown

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/** Shared counters that the workload's Sequence sources need: one for each (table, column), and one
    for each source that names none. */
int sequence_count(const core::Workload& workload);
/** Sets each counter: its source's start, or, where that is 0, one more than the column's largest
    value now. In an open transaction; may throw PgError. */
void resolve_sequences(const core::Workload& workload, std::atomic<int64_t>* sequences);

} // namespace pg_stress::backend
