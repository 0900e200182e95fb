#include "backend/worker_loop.hpp"

#include <csignal>
#include <cstdint>
#include <ctime>

#include "core/random.hpp"

#include "backend/guard.hpp"
#include "backend/process.hpp"
#include "backend/settings.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr int64_t kSecond = 1'000'000'000;

template <typename T, typename U> void add(std::atomic<T>& counter, U amount) {
    counter.store(counter.load(std::memory_order_relaxed) + static_cast<T>(amount),
                  std::memory_order_relaxed);
}

template <typename T> void put(std::atomic<T>& counter, T value) {
    counter.store(value, std::memory_order_relaxed);
}

int64_t process_cpu_ns() {
    timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return int64_t{used.tv_sec} * kSecond + used.tv_nsec;
}

} // namespace

WorkerLoop::WorkerLoop(RunMemory memory, int slot, const core::Workload& workload,
                       OperationRunner& runner)
    : memory_(memory), header_(memory.header()), slot_(memory.slot(slot)), runner_(runner),
      number_(slot), record_times_(record_times_setting()), steps_(&memory.step(slot, 0)),
      transactions_before_(slot_.transactions.load(std::memory_order_relaxed)),
      cpu_before_(slot_.cpu_ns.load(std::memory_order_relaxed)) {
    uint32_t steps = 0;
    for (size_t i = 0; i < workload.operations.size(); ++i) {
        counters_.push_back(&memory.counters(slot, static_cast<int>(i)));
        first_step_.push_back(steps);
        for (size_t s = 0; s < workload.operations[i].steps.size(); ++s) {
            put(steps_[steps + s].query_id,
                runner.query_id(static_cast<uint32_t>(i), static_cast<uint32_t>(s)));
        }
        steps += static_cast<uint32_t>(workload.operations[i].steps.size());
    }
    failures_.resize(counters_.size());
    suspended_.resize(counters_.size());
}

bool WorkerLoop::wait_for_go() {
    now_ = monotonic_ns();
    while (attend()) {
        if (header_.go.load(std::memory_order_acquire)) {
            put(slot_.state, WorkerState::Running);
            return true;
        }
        idle(now_ + kSecond);
    }
    return false;
}

void WorkerLoop::run() {
    while (attend()) {
        if (number_ >= header_.sessions.load(std::memory_order_relaxed)) {
            session_due_ = 0;
            idle(now_ + kSecond);
            continue;
        }
        Next next = Next::Again;
        switch (header_.pace.kind()) {
        case core::LoadKind::Closed:
            next = next_closed();
            break;
        case core::LoadKind::Paced:
            next = next_paced();
            break;
        case core::LoadKind::Open:
            next = next_open();
            break;
        }
        if (next == Next::Leave) {
            break;
        }
        if (next == Next::Start) {
            if (!choose()) {
                break;
            }
            if (record_times_) [[likely]] {
                execute();
            } else {
                execute_unrecorded();
            }
        }
    }
    once_a_second();
}

/** At the head of every turn: orders, interrupts, settings. False: leave. */
bool WorkerLoop::attend() {
    if (MyLatch->is_set != 0) {
        ResetLatch(MyLatch);
    }
    if (InterruptPending != 0) {
        attend_interrupts();
    }
    if (ConfigReloadPending != 0) {
        ConfigReloadPending = 0;
        call([&] { ProcessConfigFile(PGC_SIGHUP); });
    }
    if (header_.stop.load(std::memory_order_acquire) != StopOrder::None) {
        return false;
    }
    if (now_ >= next_second_) {
        next_second_ = now_ + kSecond;
        once_a_second();
        const int32_t proc = header_.coordinator_proc.load(std::memory_order_relaxed);
        const int32_t pid = header_.coordinator_pid.load(std::memory_order_relaxed);
        return compat::proc_by_number(proc)->pid == pid; // else the coordinator is gone
    }
    return true;
}

/** A cancel that comes between two operations has nothing to cancel; SIGTERM ends the process. */
void WorkerLoop::attend_interrupts() {
    call([&] {
        HOLD_CANCEL_INTERRUPTS();
        CHECK_FOR_INTERRUPTS();
        QueryCancelPending = 0;
        RESUME_CANCEL_INTERRUPTS();
    });
}

void WorkerLoop::once_a_second() {
    put(slot_.cpu_ns, cpu_before_ + process_cpu_ns());
    put(slot_.transactions, transactions_before_ + runner_.transactions());
}

void WorkerLoop::idle(int64_t until_ns) {
    if (active_) {
        pgstat_report_activity(STATE_IDLE, nullptr);
        active_ = false;
    }
    const int64_t from = now_;
    now_ = wait_.until(until_ns);
    add(slot_.waited_ns, now_ - from);
}

bool WorkerLoop::claim(core::Claim& claim) {
    claim = header_.pace.claim(now_);
    if (claim.outcome != core::Claim::Outcome::Start) {
        return false;
    }
    operation_number_ = claim.number;
    add(slot_.claimed, 1);
    return true;
}

WorkerLoop::Next WorkerLoop::next_closed() {
    core::Claim claimed;
    if (!claim(claimed)) {
        return Next::Leave;
    }
    due_ = now_;
    return Next::Start;
}

WorkerLoop::Next WorkerLoop::next_paced() {
    const auto mean = static_cast<double>(header_.think_mean_ns.load(std::memory_order_relaxed));
    if (session_due_ == 0) { // sessions do not begin in step
        core::Random random(header_.seed, core::Stream::Think,
                            ~static_cast<uint64_t>(number_) ^ header_.pace.claimed());
        session_due_ = now_ + static_cast<int64_t>(random.unit() * mean);
    }
    if (session_due_ > now_) {
        idle(session_due_);
        return now_ < session_due_ ? Next::Again : next_paced();
    }
    if (now_ - session_due_ > core::Pace::kRebase) {
        skip_missed();
    }
    core::Claim claimed;
    if (!claim(claimed)) {
        return Next::Leave;
    }
    due_ = session_due_;
    core::Random random(header_.seed, core::Stream::Think, operation_number_);
    session_due_ += static_cast<int64_t>(random.exponential(mean));
    return Next::Start;
}

/** The session lost its schedule: starts that should have been by now are missed. */
void WorkerLoop::skip_missed() {
    const auto mean = static_cast<double>(header_.think_mean_ns.load(std::memory_order_relaxed));
    core::Random random(header_.seed, core::Stream::Think,
                        core::mix64(header_.pace.claimed()) ^ static_cast<uint64_t>(number_));
    uint64_t missed = 0;
    while (mean >= 1 && session_due_ < now_) {
        session_due_ += static_cast<int64_t>(random.exponential(mean)) + 1;
        ++missed;
    }
    session_due_ = now_;
    add(slot_.missed, missed);
}

WorkerLoop::Next WorkerLoop::next_open() {
    core::Claim claimed;
    if (!claim(claimed)) {
        if (claimed.outcome == core::Claim::Outcome::End) {
            return Next::Leave;
        }
        idle(claimed.due_ns);
        return Next::Again;
    }
    due_ = claimed.due_ns;
    while (now_ < due_) { // it is ours: whatever else wakes us, it starts in time
        idle(due_);
        if (!attend()) {
            return Next::Leave;
        }
    }
    return Next::Start;
}

/** Consecutive failures of all kinds of operations: no storm against a server in trouble. */
void WorkerLoop::pause_after_failures() {
    constexpr uint32_t kPatience = 20;
    if (failures_in_a_row_ > kPatience) {
        const uint32_t doublings = std::min(failures_in_a_row_ - kPatience, 10U);
        idle(now_ + (int64_t{1'000'000} << doublings));
    }
}

// ---- told by the runner, inside the transaction

void WorkerLoop::step_begins(uint32_t, uint32_t step) {
    put(slot_.step, step);
    active_ = true;
}

void WorkerLoop::step_ended(uint32_t operation, uint32_t step, uint64_t rows, int64_t ns) {
    StepCounters& counters = steps_[first_step_[operation] + step];
    add(counters.executions, 1);
    add(counters.rows, rows);
    if (ns >= 0) {
        add(counters.total_ns, ns);
    } else {
        lone_step_ = true;
    }
}

} // namespace pg_stress::backend
