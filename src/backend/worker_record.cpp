// The operation itself, and what is written down about it. Zone: backend. See worker_loop.hpp.
#include "backend/worker_loop.hpp"

#include <algorithm>
#include <cstdint>

#include "core/sqlstate.hpp"

#include "backend/process.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr uint8_t kMostFailures = 20; // in a row, then the operation is given up for this run
constexpr uint32_t kMostChoices = 200;

template <typename T, typename U> void add(std::atomic<T>& counter, U amount) {
    counter.store(counter.load(std::memory_order_relaxed) + static_cast<T>(amount),
                  std::memory_order_relaxed);
}

template <typename T> void put(std::atomic<T>& counter, T value) {
    counter.store(value, std::memory_order_relaxed);
}

} // namespace

/** Picks the operation of the claimed number; another one for those that were given up. */
bool WorkerLoop::choose() {
    operation_ = runner_.choose(operation_number_);
    if (!any_suspended_) [[likely]] {
        return true;
    }
    for (uint32_t i = 1; suspended_[operation_] != 0; ++i) {
        if (i == kMostChoices) {
            give_up("no operation is left that can be run");
            return false;
        }
        operation_ = runner_.choose(operation_number_, i);
    }
    return true;
}

void WorkerLoop::execute() {
    if (runner_.refresh_samples(operation_number_)) {
        now_ = monotonic_ns();
        due_ = header_.pace.kind() == core::LoadKind::Closed ? now_ : due_;
    }
    if (header_.checksum) {
        add(slot_.load_checksum, runner_.load_hash(operation_, operation_number_));
    }
    const int64_t began = now_;
    put(slot_.step, uint32_t{0});
    put(slot_.operation, operation_ + 1);
    lone_step_ = false;
    RunOutcome outcome;
    runner_.run(operation_, operation_number_, outcome, this);
    now_ = monotonic_ns();
    put(slot_.operation, uint32_t{0});
    record(outcome, began, now_);
}

/** The same loop with nothing on its path but a count: what recording is compared with. */
void WorkerLoop::execute_unrecorded() {
    RunOutcome outcome;
    runner_.run(operation_, operation_number_, outcome, nullptr);
    if (outcome.status == RunStatus::Failed) {
        record_failure(outcome);
    } else {
        add(counters_[operation_]->done, 1);
    }
    if (until_clock_-- == 0) {
        now_ = monotonic_ns();
        until_clock_ = 100;
    }
}

void WorkerLoop::record(const RunOutcome& outcome, int64_t began, int64_t ended) {
    OperationCounters& counters = *counters_[operation_];
    if (outcome.retries > 0) {
        add(counters.retries, outcome.retries);
    }
    if (due_ != began) {
        slot_.lag.record(static_cast<uint64_t>(std::max<int64_t>(began - due_, 0)));
    }
    if (outcome.status == RunStatus::Failed) {
        record_failure(outcome);
        return;
    }
    const auto response = static_cast<uint64_t>(ended - due_);
    const auto service = static_cast<uint64_t>(ended - began);
    add(counters.response_sum_ns, response);
    add(counters.service_sum_ns, service);
    counters.response.record(response);
    counters.service.record(service);
    if (response > counters.max_ns.load(std::memory_order_relaxed)) {
        put(counters.max_ns, response);
    }
    if (outcome.status == RunStatus::Empty) {
        add(counters.empty, 1);
    }
    add(counters.rows, outcome.rows);
    if (lone_step_) {
        add(steps_[first_step_[operation_]].total_ns, service);
    }
    add(counters.done, 1);
    failures_[operation_] = 0;
    failures_in_a_row_ = 0;
}

void WorkerLoop::record_failure(const RunOutcome& outcome) {
    const char* state = unpack_sql_state(outcome.sqlstate);
    if (outcome.sqlstate == ERRCODE_QUERY_CANCELED &&
        header_.stop.load(std::memory_order_acquire) == StopOrder::Cancel) {
        return; // the run was told to end: unfinished, not failed
    }
    add(counters_[operation_]->failed, 1);
    count_error(outcome);
    const core::FailureClass kind = core::classify_sqlstate(state);
    if (kind == core::FailureClass::Contention || kind == core::FailureClass::Timeout) {
        return;
    }
    ++failures_in_a_row_;
    if (++failures_[operation_] >= kMostFailures || outcome.exhausted) {
        suspended_[operation_] = 1;
        any_suspended_ = true;
        put(counters_[operation_]->suspended, uint64_t{1});
    }
    pause_after_failures();
}

void WorkerLoop::count_error(const RunOutcome& outcome) {
    const auto state = static_cast<uint32_t>(outcome.sqlstate);
    for (int i = 0; i < kErrorSlots; ++i) {
        ErrorSlot& error = slot_.errors[i];
        const uint32_t known = error.sqlstate.load(std::memory_order_relaxed);
        if (known == 0) {
            strlcpy(error.message, outcome.message, sizeof error.message);
            put(error.operation, operation_);
            put(error.count, uint64_t{1});
            error.sqlstate.store(state, std::memory_order_release);
            return;
        }
        const bool same =
            known == state && error.operation.load(std::memory_order_relaxed) == operation_;
        if (same || i == kErrorSlots - 1) {
            add(error.count, 1);
            return;
        }
    }
}

void WorkerLoop::give_up(const char* message) {
    const ErrorSlot* last = nullptr;
    for (const ErrorSlot& error : slot_.errors) {
        last = error.sqlstate.load(std::memory_order_relaxed) != 0 ? &error : last;
    }
    snprintf(slot_.failure, sizeof slot_.failure, "%s; the last failure was: %s", message,
             last != nullptr ? last->message : "unknown");
}

} // namespace pg_stress::backend
