// What an OperationRunner is made of. Zone: backend, for its own files.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "backend/execution.hpp"
#include "backend/operation_runner.hpp"

namespace pg_stress::backend {

/** A pool and when to read it anew. */
struct PoolEntry {
    PoolEntry(const std::string& table, MemoryContext memory) : pool(table, memory) {}

    SamplePool pool;
    std::vector<Draw*> draws;
    bool written = false;   // by this workload
    uint64_t turn = 0;      // next reserved draw of the run
    uint64_t loaded_at = 0; // turn of the last load
    uint64_t turns = 0;     // until the next load; 0: no reserved draws
};

/** The workload's counter for a sequence source that is part of it. */
int counter_of(const core::Workload& workload, const core::Source& source);

struct OperationRunner::Parts {
    Parts(const core::Workload& definition, const RunnerSettings& wanted,
          std::atomic<int64_t>* sequences);
    ~Parts();

    PoolEntry& pool_of(const std::string& table);
    void build(size_t operation);
    void build_draws(uint32_t operation, uint32_t step, std::vector<PoolEntry*>& reserved);
    void build_parameters(PreparedOperation& operation, uint32_t index, uint32_t step);
    void reload(PoolEntry& entry, uint64_t epoch);
    /** Brings the pools' turns to what they are when operation `number` of the run begins. */
    void advance_turns(uint64_t number);

    const core::Workload workload; // prepared operations point into it
    const RunnerSettings settings;
    const int lock_timeout_before; // of the session, ms
    MemoryContext memory;          // below TopMemoryContext; parent of all others
    std::vector<std::unique_ptr<PoolEntry>> pools;
    std::vector<std::unique_ptr<Draw>> draws;
    std::vector<PreparedOperation> operations;
    std::vector<std::vector<PoolEntry*>> reserved; // by operation: pool of each reserved draw
    bool any_reserved = false;
    std::vector<SavedValue> saved;
    std::vector<PoolEntry*> written;
    core::WeightedChoice choice;
    Execution execution;
    int unique_sources = 0;
    uint64_t next_turn_number = 0; // operations before this one have had their turns
    uint64_t epoch = 0;            // number / kRefreshEvery at the last refresh
};

} // namespace pg_stress::backend
