#include "backend/execution.hpp"

#include <algorithm>
#include <cstdint>

#include "backend/process.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

void begin(Execution& e) {
    SetCurrentStatementStartTimestamp();
    e.in_transaction = true;
    StartTransactionCommand();
    if (e.operation->isolation >= 0) {
        XactIsoLevel = e.operation->isolation;
    }
    if (e.read_only) {
        XactReadOnly = true;
    }
    if (e.statement_timeout_ms > 0) {
        enable_timeout_after(STATEMENT_TIMEOUT, e.statement_timeout_ms);
    }
    SPI_connect();
    MemoryContextSwitchTo(e.memory);
    e.used = false;
}

void release_savepoints(Execution& e, int depth) {
    while (e.depth > depth) {
        ReleaseCurrentSubTransaction();
        --e.depth;
    }
    MemoryContextSwitchTo(e.memory);
}

void end(Execution& e) {
    release_savepoints(e, 0);
    if (e.trial) { // what a commit would check
        SPI_execute("SET CONSTRAINTS ALL IMMEDIATE", false, 0);
    }
    SPI_finish();
    if (e.statement_timeout_ms > 0) {
        disable_timeout(STATEMENT_TIMEOUT, false);
    }
    if (e.trial || e.rollback) {
        AbortCurrentTransaction();
    } else {
        CommitTransactionCommand();
    }
    ++e.transactions;
    e.in_transaction = false;
    pgstat_report_stat(false);
}

void control_transaction(Execution& e, const core::Step& step) {
    const char* name = step.savepoint.c_str();
    if (step.control == core::Control::Savepoint) {
        if (e.depth == Execution::kSavepoints) {
            ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                            errmsg("an operation may have at most %d open savepoints",
                                   Execution::kSavepoints)));
        }
        BeginInternalSubTransaction(name);
        e.savepoint[e.depth++] = name;
        MemoryContextSwitchTo(e.memory);
        return;
    }
    int found = e.depth - 1;
    while (found >= 0 && strcmp(e.savepoint[found], name) != 0) {
        --found;
    }
    if (found < 0) {
        ereport(ERROR, (errcode(ERRCODE_S_E_INVALID_SPECIFICATION),
                        errmsg("savepoint \"%s\" does not exist", name)));
    }
    if (step.control == core::Control::Release) {
        release_savepoints(e, found);
        return;
    }
    while (e.depth > found) {
        RollbackAndReleaseCurrentSubTransaction();
        --e.depth;
    }
    BeginInternalSubTransaction(name);
    e.savepoint[e.depth++] = name;
    MemoryContextSwitchTo(e.memory);
}

/** Binds and executes once. Two readings of the clock are saved where the operation's own times
    say as much: a lone statement that writes nothing. */
void execute_once(Execution& e, PreparedStep& step, uint64_t iteration) {
    for (auto& draw : step.draws) {
        if (!draw_row(draw, e.context, iteration)) {
            const Failure& failure = draw.draw->pool().failure;
            if (failure.sqlstate != 0) {
                ereport(ERROR, (errcode(failure.sqlstate), errmsg_internal("%s", failure.message)));
            }
            e.starved = true;
            return;
        }
    }
    ParamListInfo bound = step.bound;
    for (size_t i = 0; i < step.parameters.size(); ++i) {
        const Parameter& parameter = step.parameters[i];
        ParamExternData& to = bound->params[i];
        to.value = value_of(parameter, step.draws.data(), e.context, iteration, to.isnull);
        if (parameter.saved >= 0) {
            e.context.saved[parameter.saved] = {to.value, to.isnull};
        }
    }
    const char* sql = step.step->sql.c_str();
    debug_query_string = sql;
    pgstat_report_activity(STATE_RUNNING, sql);
    const bool timed = e.sink != nullptr && (step.writes || e.operation->steps.size() > 1);
    if (e.sink != nullptr) {
        e.sink->step_begins(e.index, e.step);
    }
    const int64_t began = timed ? monotonic_ns() : 0;
    SPIExecuteOptions options = {};
    options.params = bound;
    options.read_only = step.read_only;
    options.tcount = step.step->foreach_step < 0 ? static_cast<uint64_t>(step.step->limit) : 0;
    options.dest = &e.receiver.server;
    e.receiver.step = &step;
    PushActiveSnapshot(GetTransactionSnapshot());
    const int code = SPI_execute_plan_extended(step.plan, &options);
    PopActiveSnapshot();
    MemoryContextSwitchTo(e.memory);
    if (code < 0) {
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("the statement cannot be executed: %s", SPI_result_code_string(code))));
    }
    const uint64_t rows = SPI_processed;
    e.rows += rows;
    e.written += step.writes ? rows : 0;
    e.used = true;
    if (e.sink != nullptr) {
        e.sink->step_ended(e.index, e.step, rows, timed ? monotonic_ns() - began : -1);
    }
}

/** A result that is to be bound has no row. */
bool lacks_rows(const PreparedStep& step, const PreparedStep* steps) {
    for (const auto& parameter : step.parameters) {
        if (parameter.source->kind == core::SourceKind::Result &&
            steps[parameter.source->step].rows.count == 0) {
            return true;
        }
    }
    return false;
}

void execute_step(Execution& e, PreparedStep& step) {
    if (lacks_rows(step, e.context.steps)) {
        return;
    }
    if (step.step->foreach_step < 0) {
        execute_once(e, step, 0);
        return;
    }
    uint64_t iterations = e.context.steps[step.step->foreach_step].rows.count;
    if (step.step->limit > 0) {
        iterations = std::min(iterations, static_cast<uint64_t>(step.step->limit));
    }
    for (uint64_t i = 0; i < iterations && !e.starved; ++i) {
        execute_once(e, step, i);
    }
}

} // namespace

void attempt(Execution& e) {
    PreparedOperation& operation = *e.operation;
    MemoryContextReset(e.memory);
    for (auto& step : operation.steps) {
        step.rows = {};
    }
    for (size_t i = 0; i < e.context.saved_count; ++i) {
        e.context.saved[i] = {0, true};
    }
    e.step = 0;
    e.rows = e.written = 0;
    e.starved = false;
    e.depth = 0;
    e.context.exhausted = false;
    begin(e);
    if (!operation.ready) {
        prepare(operation, e.plan_memory);
        MemoryContextSwitchTo(e.memory);
    }
    const bool split = !operation.operation->transaction && !e.trial && !e.rollback;
    for (auto& step : operation.steps) {
        if (split && e.used) {
            end(e);
            begin(e);
        }
        if (step.step->control != core::Control::None) {
            control_transaction(e, *step.step);
        } else {
            execute_step(e, step);
        }
        if (e.starved) {
            break;
        }
        ++e.step;
    }
    end(e);
}

bool found_nothing(const Execution& e) {
    if (e.starved) {
        return true;
    }
    bool writes = false, counts = false;
    for (const auto& step : e.operation->steps) {
        writes = writes || step.writes;
        counts = counts || (!step.utility && step.step->control == core::Control::None);
    }
    return counts && (writes ? e.written : e.rows) == 0;
}

} // namespace pg_stress::backend
