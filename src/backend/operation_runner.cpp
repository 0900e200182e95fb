#include "backend/operation_runner.hpp"

#include <algorithm>
#include <cstdint>

#include "backend/guard.hpp"
#include "backend/runner_parts.hpp"
#include "core/sqlstate.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr uint64_t kRefreshEvery = 1000; // operations of the run
constexpr int kSampleTimeout = 30000;    // ms, where operations have none

/** A transaction of our own with SPI and a snapshot; failures are in `failure`. */
template <typename F> bool errand(OperationRunner::Parts& parts, Failure& failure, F&& body) {
    const int timeout = parts.settings.statement_timeout_ms;
    const bool done = run_protected(
        [&] {
            SetCurrentStatementStartTimestamp();
            StartTransactionCommand();
            enable_timeout_after(STATEMENT_TIMEOUT, timeout > 0 ? timeout : kSampleTimeout);
            SPI_connect();
            PushActiveSnapshot(GetTransactionSnapshot());
            body();
            PopActiveSnapshot();
            SPI_finish();
            disable_timeout(STATEMENT_TIMEOUT, false);
            CommitTransactionCommand();
        },
        failure);
    ++parts.execution.transactions;
    return done;
}

/** Waits about 2^attempt ms, at least half and at most one and a half of that. */
void back_off(uint32_t attempt, core::Random& random) {
    const double mean = static_cast<double>(1U << std::min(attempt, 7U));
    const auto wait = static_cast<long>(mean * (0.5 + random.unit()));
    (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, std::max(wait, 1L),
                    PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
}

} // namespace

OperationRunner::OperationRunner(const core::Workload& workload, const RunnerSettings& settings,
                                 std::atomic<int64_t>* sequences)
    : parts_(std::make_unique<Parts>(workload, settings, sequences)) {}

OperationRunner::~OperationRunner() = default;

void OperationRunner::load_samples() {
    Parts& parts = *parts_;
    for (auto& entry : parts.pools) {
        parts.reload(*entry, 0);
    }
    for (auto& operation : parts.operations) {
        Failure ignored{};
        PreparedOperation* const target = &operation;
        errand(parts, ignored, [&] { prepare(*target, parts.memory); });
    }
}

void OperationRunner::Parts::reload(PoolEntry& entry, uint64_t epoch_number) {
    uint64_t table = 0;
    for (const char c : entry.pool.table()) {
        table = core::mix64(table ^ static_cast<unsigned char>(c));
    }
    const uint64_t seed =
        core::Random(settings.seed, core::Stream::Sample, table ^ epoch_number).next();
    SamplePool* const pool = &entry.pool;
    Failure failure{};
    const bool done = errand(*this, failure, [&] {
        pool->resolve();
        pool->load(seed);
    });
    if (!done && pool->rows() > 0) {
        entry.loaded_at = entry.turn; // the old sample serves on until its next turn
        return;
    }
    pool->failure = done ? Failure{} : failure;
    entry.loaded_at = entry.turn;
    for (Draw* draw : entry.draws) {
        draw->rebuild(entry.turn);
        if (draw->reserved()) {
            entry.turns = draw->turns();
        }
    }
}

void OperationRunner::Parts::advance_turns(uint64_t number) {
    for (; next_turn_number < number; ++next_turn_number) {
        const uint64_t bits =
            core::Random(settings.seed, core::Stream::Operation, next_turn_number).next();
        for (PoolEntry* entry : reserved[choice.pick(bits)]) {
            ++entry->turn;
        }
    }
}

bool OperationRunner::refresh_samples(uint64_t number) {
    Parts& parts = *parts_;
    bool any = false;
    if (parts.any_reserved) {
        parts.advance_turns(number);
        for (auto& entry : parts.pools) {
            if (entry->turns > 0 && entry->turn - entry->loaded_at >= entry->turns) {
                parts.reload(*entry, number);
                any = true;
            }
        }
    }
    const uint64_t epoch = number / kRefreshEvery;
    if (epoch != parts.epoch && !parts.written.empty()) {
        parts.epoch = epoch;
        parts.reload(*parts.written[epoch % parts.written.size()], number);
        any = true;
    }
    return any;
}

uint32_t OperationRunner::choose(uint64_t number, uint32_t attempt) const {
    core::Random random(parts_->settings.seed, core::Stream::Operation, number);
    uint64_t bits = random.next();
    for (uint32_t i = 0; i < attempt; ++i) {
        bits = random.next();
    }
    return static_cast<uint32_t>(parts_->choice.pick(bits));
}

void OperationRunner::run(uint32_t operation, uint64_t number, RunOutcome& outcome,
                          StepSink* sink) {
    Execution& execution = parts_->execution;
    execution.operation = &parts_->operations[operation];
    execution.index = operation;
    execution.sink = sink;
    execution.context.number = number;
    execution.context.steps = execution.operation->steps.data();
    outcome.retries = 0;
    outcome.exhausted = false;
    for (;;) {
        Failure failure;
        Execution* const e = &execution;
        if (run_protected([&] { attempt(*e); }, failure)) {
            outcome.status = found_nothing(execution) ? RunStatus::Empty : RunStatus::Done;
            outcome.rows = execution.rows;
            break;
        }
        execution.transactions += execution.in_transaction ? 1 : 0;
        execution.in_transaction = false;
        const char* state = unpack_sql_state(failure.sqlstate);
        if (core::is_retryable(state) && !execution.trial &&
            outcome.retries < static_cast<uint32_t>(parts_->settings.max_retries)) {
            core::Random random(parts_->settings.seed, core::Stream::Think, number);
            back_off(outcome.retries++, random);
            continue;
        }
        outcome.status = RunStatus::Failed;
        outcome.rows = 0;
        outcome.exhausted = execution.context.exhausted;
        outcome.sqlstate = failure.sqlstate;
        outcome.step = execution.step;
        memcpy(outcome.message, failure.message, sizeof outcome.message);
        memcpy(outcome.constraint, failure.constraint, sizeof outcome.constraint);
        break;
    }
}

void OperationRunner::trial(uint32_t operation, uint64_t number, RunOutcome& outcome) {
    parts_->execution.trial = true;
    run(operation, number, outcome, nullptr);
    parts_->execution.trial = false;
}

int64_t OperationRunner::sample_rows(const std::string& table) const {
    for (const auto& entry : parts_->pools) {
        if (entry->pool.table() == table) {
            return entry->pool.rows();
        }
    }
    return -1;
}

int64_t OperationRunner::query_id(uint32_t operation, uint32_t step) const {
    return parts_->operations[operation].steps[step].query_id;
}

uint64_t OperationRunner::transactions() const { return parts_->execution.transactions; }

} // namespace pg_stress::backend
