// An operation made ready for SPI: kept plans and their parameters. Zone: backend.
#pragma once

#include <cstdint>
#include <vector>

#include "core/workload.hpp"

#include "backend/parameter.hpp"

namespace pg_stress::backend {

/** A column of a step's rows that a later step binds. */
struct KeptColumn {
    const char* name = nullptr;
    Oid type = InvalidOid;
    int16 length = 0;
    bool by_value = false;
    char align = 0;
    AttrNumber number = 0; // in the rows that arrive
};

/** Rows that a step has returned, in the operation's memory: they outlive the transaction. */
struct KeptRows {
    uint64_t count, capacity;
    Datum* values;
    bool* nulls;
};

struct PreparedStep {
    const core::Step* step = nullptr;
    std::vector<Parameter> parameters;
    std::vector<StepDraw> draws;
    std::vector<KeptColumn> kept;
    uint64_t keep = 0; // rows at most

    // From preparation on:
    SPIPlanPtr plan = nullptr;
    ParamListInfo bound = nullptr;
    int64_t query_id = 0;
    bool writes = false, utility = false;
    bool read_only = false; // changes nothing that it could see: SPI needs no snapshot of its own

    KeptRows rows{}; // of the operation under way
};

struct PreparedOperation {
    const core::Operation* operation = nullptr;
    std::vector<PreparedStep> steps;
    int isolation = -1; // XACT_*; -1: the session's default
    bool ready = false;
};

/** Analyses and plans the operation's statements, in order, since later ones bind columns of
    earlier ones. In a transaction, SPI connected; plans live until freed, all else in `memory`.
    May ereport; what is ready by then is kept. */
void prepare(PreparedOperation& operation, MemoryContext memory);

/** A receiver of the step's rows: reads every column as a client would, keeps what later steps
    bind. */
struct StepReceiver {
    DestReceiver server; // first
    PreparedStep* step;
    MemoryContext memory;
};
void initialise(StepReceiver& receiver, MemoryContext memory);

} // namespace pg_stress::backend
