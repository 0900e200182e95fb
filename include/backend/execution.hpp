// One attempt at one operation: the path that a run repeats. Zone: backend.
//
// Plain functions and data: nothing here has a destructor that an error could skip, and nothing
// allocates but in the operation's memory, which the next attempt resets.
#pragma once

#include <cstdint>

#include "backend/operation_runner.hpp"
#include "backend/prepared_operation.hpp"

namespace pg_stress::backend {

struct Execution {
    static constexpr int kSavepoints = 16;

    // Of the runner
    int statement_timeout_ms = 0;
    bool read_only = false, rollback = false;
    MemoryContext memory = nullptr;      // of the operation
    MemoryContext plan_memory = nullptr; // of plans prepared on the way
    StepReceiver receiver{};
    uint64_t transactions = 0; // ended, one way or another

    // Of the operation
    PreparedOperation* operation = nullptr;
    uint32_t index = 0;
    DrawContext context{};
    StepSink* sink = nullptr;
    bool trial = false;

    // Of the attempt
    uint32_t step = 0;
    uint64_t rows = 0, written = 0;
    bool starved = false; // a sample had no row to draw
    bool in_transaction = false;
    bool used = false; // the transaction has executed a step
    const char* savepoint[kSavepoints] = {};
    int depth = 0;
};

/** Runs the operation and commits, or rolls back. May ereport, with a transaction open. */
void attempt(Execution& execution);
/** After attempt() has ended: whether it found nothing to do. */
bool found_nothing(const Execution& execution);

} // namespace pg_stress::backend
