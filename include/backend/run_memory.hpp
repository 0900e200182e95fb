// Shared memory of a run. Zone: backend.
//
// Two places:
// - The directory: a small fixed struct that every backend can reach, with one entry for each run
//   that is alive. live(), stop_test() and set_*() use only this. `lock` is a spinlock held for
//   copies of a few hundred bytes, with no call inside that can fail.
// - The run's segment: dynamic shared memory made by the coordinator, attached by its workers. Each
//   worker is the one writer of its own slot, its counters and histograms (relaxed atomics, no
//   locks); the coordinator reads all of them once a second. The segment goes when the last of
//   them has ended.
// Everything is trivially copyable in layout: no pointers, no destructors.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include "core/histogram.hpp"
#include "core/pace.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

inline constexpr int kMaxRuns = 16;
inline constexpr int kMaxWorkers = 64;
inline constexpr int kErrorSlots = 16;

/** accepted -> introspecting -> warming -> running -> draining -> finishing -> one of the last
   four. `Starting` comes before the run is accepted and has no row. */
enum class RunState : uint32_t {
    Starting,
    Accepted,      // next: Resetting, Introspecting
    Resetting,     // next: Introspecting
    Introspecting, // next: Warming, Running
    Warming,       // next: Running, Draining (stopped)
    Running,       // next: Draining
    Draining,      // next: Finishing
    Finishing,     // next: Completed, Stopped, Failed
    Completed,
    Stopped,
    Failed,
    Lost
};
const char* to_string(RunState state);
inline bool is_final(RunState state) { return state >= RunState::Completed; }

/** What the last second and the whole measured part look like; written once a second. */
struct LiveFigures {
    double elapsed_s, remaining_s; // of the measured part; remaining -1: until a count is reached
    uint64_t operations, errors, retries, missed; // measured part so far
    double tps, p50_ms, p95_ms, p99_ms;           // of the last ten seconds
    int sessions;                                 // that may start operations now
};

struct DirectoryEntry {
    int64_t run_id; // 0: no run yet
    bool taken;     // from the first check of a start until the run has ended
    Oid database;
    Oid role;
    pid_t coordinator_pid;
    int coordinator_proc;
    char name[NAMEDATALEN * 2];
    RunState state;
    core::LoadKind load;
    int workers;
    LiveFigures live;
    TimestampTz accepted_at;
    // Requests of other backends; the coordinator takes them at its next wake-up (its latch is
    // set).
    bool stop_requested;
    bool snapshot_held;              // a waiting caller holds a snapshot in the database
    double new_rate;                 // below 0: none
    int new_sessions;                // below 0: none
    char new_intensity[NAMEDATALEN]; // "": none
};

struct Directory {
    slock_t lock;
    ConditionVariable changed; // broadcast when a run ends or enters another state
    DirectoryEntry run[kMaxRuns];
};

/** The directory; made by whoever comes first. May ereport. */
Directory* directory();

enum class WorkerState : uint32_t {
    Empty,    // next: Starting
    Starting, // registered by the coordinator; next: Ready, Ended
    Ready,    // connected, statements and samples are there; next: Running, Ended
    Running,  // next: Ended
    Ended     // left by itself, or its process is gone
};

struct ErrorSlot {
    std::atomic<uint32_t> sqlstate; // packed; 0: free. Stored last (release).
    std::atomic<uint32_t> operation;
    std::atomic<uint64_t> count;
    char message[232]; // the first one seen
};

struct alignas(64) WorkerSlot {
    std::atomic<WorkerState> state;
    std::atomic<int32_t> pid;
    std::atomic<int32_t> proc_number;   // -1: none
    std::atomic<uint32_t> operation;    // index + 1 of the operation under way; 0: between two
    std::atomic<uint32_t> step;         // of it
    std::atomic<uint64_t> claimed;      // operations taken from the pace
    std::atomic<uint64_t> missed;       // starts skipped because the session was too far behind
    std::atomic<uint64_t> transactions; // committed or rolled back by this worker, own errands too
    std::atomic<int64_t> cpu_ns;        // of the process; updated about once a second
    std::atomic<int64_t> waited_ns;     // idle between operations: pacing, think time
    // Sum (mod 2^64) over the operations that this worker took of a hash of number, operation and
    // drawn ranks; kept only where the header asks for it. The sum over all workers tells whether
    // two runs had the same load.
    std::atomic<uint64_t> load_checksum;
    core::LiveHistogram lag;       // start minus intended start
    ErrorSlot errors[kErrorSlots]; // the last one takes all that find no place
    char failure[256];             // why it ended before its time; "" otherwise
};

struct alignas(64) OperationCounters { // one for each worker and operation
    std::atomic<uint64_t> done, failed, retries, empty, rows;
    std::atomic<uint64_t> own_chaos; // failures that the run's own chaos caused; not in failed
    std::atomic<uint64_t> suspended; // 1: given up for this run after failures without end
    std::atomic<uint64_t> response_sum_ns, service_sum_ns, max_ns; // max of response
    core::LiveHistogram response; // end minus intended start, of done ones
    core::LiveHistogram service;  // end minus actual start
};

struct StepCounters { // one for each worker and step
    std::atomic<uint64_t> executions, rows, total_ns;
    std::atomic<int64_t> query_id; // 0: unknown
};

enum class StopOrder : uint32_t { None, Drain, Cancel };

struct RunHeader {
    static constexpr uint64_t kMagic = 0x7067'7374'7265'7331; // "pgstres1"
    uint64_t magic;
    uint64_t bytes;
    int64_t run_id;
    uint64_t seed;
    Oid database, role;
    char name[NAMEDATALEN * 2];
    int workers, operations, steps, sequences;
    int statement_timeout_ms, lock_timeout_ms, max_retries;
    bool read_only, rollback;
    bool checksum; // workers keep load_checksum: for runs by operation count
    char isolation[32];
    std::atomic<StopOrder> stop;
    std::atomic<bool> go;               // workers wait for it when ready
    std::atomic<int32_t> sessions;      // workers with a slot number below this start operations
    std::atomic<int64_t> think_mean_ns; // paced load: mean of the gaps between a session's starts
    std::atomic<int32_t> coordinator_pid;
    std::atomic<int32_t> coordinator_proc;
    core::Pace pace;
    uint64_t workload_offset, workload_bytes; // the definition as JSON text
    uint64_t slots_offset, counters_offset, steps_offset, sequences_offset;
};

/** A run's segment in this process's address space. */
class RunMemory {
  public:
    static uint64_t size_for(int workers, int operations, int steps, int sequences,
                             uint64_t workload_bytes);
    /** Lays out a zeroed segment of size_for() bytes; the caller fills the header's settings. */
    static RunMemory create(void* base, uint64_t bytes, int workers, int operations, int steps,
                            int sequences, const char* workload, uint64_t workload_bytes);
    static RunMemory attach(void* base);

    RunHeader& header() const { return *reinterpret_cast<RunHeader*>(base_); }
    WorkerSlot& slot(int worker) const;
    OperationCounters& counters(int worker, int operation) const;
    StepCounters& step(int worker, int step) const; // step: numbered through all operations
    std::atomic<int64_t>* sequences() const;
    const char* workload() const { return base_ + header().workload_offset; }

  private:
    explicit RunMemory(char* base) : base_(base) {}
    char* base_;
};
static_assert(std::is_standard_layout_v<Directory> && std::is_trivially_copyable_v<Directory>);
static_assert(std::is_standard_layout_v<WorkerSlot> && std::is_standard_layout_v<StepCounters>);
static_assert(std::is_standard_layout_v<OperationCounters>);
static_assert(std::is_standard_layout_v<RunHeader> && std::is_standard_layout_v<core::Pace>);
static_assert(std::atomic<uint64_t>::is_always_lock_free);

/** What a worker is told by its registration; fits BackgroundWorker.bgw_extra. */
struct WorkerArguments {
    dsm_handle segment;
    int slot;
    Oid database, role;
    int64_t run_id;
};
static_assert(sizeof(WorkerArguments) <= BGW_EXTRALEN);

} // namespace pg_stress::backend
