// Where a statement's parameter gets its value from, made ready. Zone: backend.
//
// Everything that is random depends on (seed, number of the operation, place of the source in the
// operation, iteration of its step) and on nothing else, so any worker draws the same.
// Functions that may ereport hold no C++ object with a destructor.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/workload.hpp"

#include "backend/sample_pool.hpp"

namespace pg_stress::backend {

struct PreparedStep;

/** From one type to another by way of text, as a cast through the types' input and output. */
struct Conversion {
    FmgrInfo output, input;
    Oid element; // argument of the input function
    bool needed;
};

struct Parameter {
    const core::Source* source = nullptr;
    uint64_t stream = 0;             // of its random numbers
    int draw = -1, column = -1;      // Column: among the step's draws; in the pool
    int result = -1;                 // Result: among the columns that the earlier step keeps
    bool current = false;            // Result: the row that the step iterates over
    int counter = -1;                // Sequence
    int ordinal = 0;                 // Unique: among the workload's
    int saved = -1;                  // slot of the value that "as" names
    const Parameter* same = nullptr; // Same: whose value
    core::Zipf zipf{1, 1};           // Random, zipf

    // From the statement's analysis on:
    Oid type = InvalidOid;
    Oid value_type = InvalidOid; // what the source gives; InvalidOid: made as `type` at once
    Conversion conversion{};
    Datum constant = 0;
    Interval* offset = nullptr;
};

/** A value that outlives its step. */
struct SavedValue {
    Datum value;
    bool null;
};

/** Choice of a row, shared by the sources of one step with the same table and pick. */
struct StepDraw {
    Draw* draw;
    const uint64_t* turn; // of the pool: next reserved draw of the run
    uint64_t stream;
    uint32_t turn_offset; // among the operation's reserved draws from this pool
    uint32_t row;         // chosen for the execution under way
};

/** What drawing needs to know of the operation under way. */
struct DrawContext {
    uint64_t seed, number;
    int64_t run_id;
    uint64_t unique_sources; // of the workload
    std::atomic<int64_t>* sequences;
    PreparedStep* steps;
    SavedValue* saved;
    size_t saved_count;
    bool exhausted; // set before an error: a sequence has passed its type's or its own bound
};

core::Random random_for(const DrawContext& context, uint64_t stream, uint64_t iteration);

/** Chooses the row; false when the sample has none. */
bool draw_row(StepDraw& draw, const DrawContext& context, uint64_t iteration);

/** Random source: the number, as whole or real. */
double draw_number(const Parameter& parameter, core::Random& random);

/** After the statement's analysis: how values of value_type become values of type; constants.
    Allocates in the current context. May ereport. */
void settle(Parameter& parameter);

/** The value for one execution of its step. Allocates in the current context. May ereport. */
Datum value_of(const Parameter& parameter, const StepDraw* draws, DrawContext& context,
               uint64_t iteration, bool& null);

} // namespace pg_stress::backend
