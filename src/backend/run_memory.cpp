// Where a run's shared memory lies and how it is laid out. Zone: backend. Locking: see the header.
#include "backend/run_memory.hpp"

#include <cstdint>
#include <cstring>

#include "backend/postgres.hpp"
#if PG_VERSION_NUM >= 170000
extern "C" {
#include "storage/dsm_registry.h"
}
#endif

namespace pg_stress::backend {

namespace {

constexpr uint64_t kLine = 64;

constexpr uint64_t aligned(uint64_t bytes) { return (bytes + kLine - 1) & ~(kLine - 1); }

struct Layout {
    uint64_t slots, counters, steps, sequences, workload, end;
};

Layout layout_of(int workers, int operations, int steps, int sequences, uint64_t workload_bytes) {
    const auto count = [](int n) { return static_cast<uint64_t>(n); };
    Layout at;
    at.slots = aligned(sizeof(RunHeader));
    at.counters = at.slots + count(workers) * sizeof(WorkerSlot);
    at.steps = at.counters + count(workers) * count(operations) * sizeof(OperationCounters);
    // Each worker's step counters begin on a cache line of their own.
    at.sequences = at.steps + count(workers) * aligned(count(steps) * sizeof(StepCounters));
    at.workload = at.sequences + aligned(count(sequences) * sizeof(std::atomic<int64_t>));
    at.end = at.workload + aligned(workload_bytes + 1);
    return at;
}

void initialise(void* place) {
    std::memset(place, 0, sizeof(Directory));
    SpinLockInit(&static_cast<Directory*>(place)->lock);
    ConditionVariableInit(&static_cast<Directory*>(place)->changed);
}

} // namespace

const char* to_string(RunState state) {
    switch (state) {
    case RunState::Starting:
        return "starting";
    case RunState::Accepted:
        return "accepted";
    case RunState::Resetting:
        return "resetting";
    case RunState::Introspecting:
        return "introspecting";
    case RunState::Warming:
        return "warming";
    case RunState::Running:
        return "running";
    case RunState::Draining:
        return "draining";
    case RunState::Finishing:
        return "finishing";
    case RunState::Completed:
        return "completed";
    case RunState::Stopped:
        return "stopped";
    case RunState::Failed:
        return "failed";
    case RunState::Lost:
        return "lost";
    }
    return "unknown";
}

Directory* directory() {
    static Directory* found_before = nullptr; // a crash of the server ends this process too
    if (found_before != nullptr) {
        return found_before;
    }
    bool found = false;
#if PG_VERSION_NUM >= 170000
    auto* place = static_cast<Directory*>(
        GetNamedDSMSegment("pg_stress directory", sizeof(Directory), initialise, &found));
#else
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    auto* place =
        static_cast<Directory*>(ShmemInitStruct("pg_stress directory", sizeof(Directory), &found));
    if (!found) {
        initialise(place);
    }
    LWLockRelease(AddinShmemInitLock);
#endif
    found_before = place;
    return place;
}

uint64_t RunMemory::size_for(int workers, int operations, int steps, int sequences,
                             uint64_t workload_bytes) {
    return layout_of(workers, operations, steps, sequences, workload_bytes).end;
}

RunMemory RunMemory::create(void* base, uint64_t bytes, int workers, int operations, int steps,
                            int sequences, const char* workload, uint64_t workload_bytes) {
    const Layout at = layout_of(workers, operations, steps, sequences, workload_bytes);
    RunMemory memory(static_cast<char*>(base));
    RunHeader& header = memory.header();
    header.bytes = bytes;
    header.workers = workers;
    header.operations = operations;
    header.steps = steps;
    header.sequences = sequences;
    header.slots_offset = at.slots;
    header.counters_offset = at.counters;
    header.steps_offset = at.steps;
    header.sequences_offset = at.sequences;
    header.workload_offset = at.workload;
    header.workload_bytes = workload_bytes;
    std::memcpy(memory.base_ + at.workload, workload, workload_bytes);
    for (int worker = 0; worker < workers; ++worker) {
        memory.slot(worker).proc_number.store(-1, std::memory_order_relaxed);
    }
    header.magic = RunHeader::kMagic;
    return memory;
}

RunMemory RunMemory::attach(void* base) { return RunMemory(static_cast<char*>(base)); }

WorkerSlot& RunMemory::slot(int worker) const {
    return reinterpret_cast<WorkerSlot*>(base_ + header().slots_offset)[worker];
}

OperationCounters& RunMemory::counters(int worker, int operation) const {
    return reinterpret_cast<OperationCounters*>(
        base_ + header().counters_offset)[worker * header().operations + operation];
}

StepCounters& RunMemory::step(int worker, int step) const {
    const uint64_t stride = aligned(static_cast<uint64_t>(header().steps) * sizeof(StepCounters));
    char* own = base_ + header().steps_offset + static_cast<uint64_t>(worker) * stride;
    return reinterpret_cast<StepCounters*>(own)[step];
}

std::atomic<int64_t>* RunMemory::sequences() const {
    return reinterpret_cast<std::atomic<int64_t>*>(base_ + header().sequences_offset);
}

} // namespace pg_stress::backend
