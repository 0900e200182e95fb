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
    bool exhausted;      // it has run out of numbers for a key: it will never succeed again
    int sqlstate;        // of a failure, packed
    char message[232];   // of a failure
    char constraint[64]; // its name, where one was violated
    uint32_t step;       // in which it failed
};

/** Told of each execution of a step, inside the transaction: must not raise. `ns` is -1 where the
    step is the whole operation and writes nothing: the operation's time is the step's. */
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

    /** Takes all samples and plans all statements, in transactions of their own. What fails here
        fails again, with its message, in the operations that need it. */
    void load_samples();
    /** Takes a sample anew when operation `number` has crossed a refresh point, and says so; cheap
        otherwise. Never throws: a sample that cannot be read stays as it was. */
    bool refresh_samples(uint64_t number);

    /** The operation that number `number` of the run is, by weight; another one for each `attempt`
        when the first choice cannot be run. */
    uint32_t choose(uint64_t number, uint32_t attempt = 0) const;

    /** Runs operation `operation` as number `number` of the run. */
    void run(uint32_t operation, uint64_t number, RunOutcome& outcome, StepSink* sink);

    /** As run(), with deferred constraints checked, then rolled back. */
    void trial(uint32_t operation, uint64_t number, RunOutcome& outcome);

    /** The chosen rows and values of operation `number` as text, for proof of reproducibility:
        ranks in samples and random numbers, not data. */
    std::string fingerprint(uint32_t operation, uint64_t number) const;
    /** A hash of the same, for a checksum of a whole run. */
    uint64_t load_hash(uint32_t operation, uint64_t number) const;
    /** Transactions that this runner has committed or rolled back. */
    uint64_t transactions() const;

    /** Rows that the sample of this table ("schema.table", quoted) holds; -1: none is taken. */
    int64_t sample_rows(const std::string& table) const;
    int64_t query_id(uint32_t operation, uint32_t step) const; // 0: unknown

    struct Parts; // for the runner's own files

  private:
    std::unique_ptr<Parts> parts_;
};

/** Shared counters that the workload's Sequence sources need: one for each (table, column), and one
    for each source that names none. */
int sequence_count(const core::Workload& workload);
/** Sets each counter: its source's start, or, where that is 0, one more than the column's largest
    value now. In an open transaction; may throw PgError. */
void resolve_sequences(const core::Workload& workload, std::atomic<int64_t>* sequences);

} // namespace pg_stress::backend
