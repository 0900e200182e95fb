// The coordinator from the first worker to the last row. Zone: backend.
#include <algorithm>
#include <cstdint>

#include "backend/coordinator.hpp"
#include "backend/directory.hpp"
#include "backend/guard.hpp"
#include "backend/process.hpp"
#include "backend/run_setup.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kWaitSampleNs = 40 * kMs;      // 25 Hz
constexpr int64_t kReadyLimitNs = 120 * kSecond; // connecting and sampling keys
constexpr int64_t kDrainNs = 2 * kSecond;        // running operations may end by themselves
constexpr int64_t kDrainStoppedNs = 100 * kMs;   // the same after a request to stop
constexpr int64_t kResultsNs = 300 * kSecond;    // tries to write the final state
constexpr int64_t kTerminateNs = 5 * kSecond;    // after that workers are told to exit
constexpr int kMostFailedSamples = 10;
constexpr int kMostLosses = 20;

bool extension_is_gone(int sqlstate) {
    if (sqlstate != ERRCODE_UNDEFINED_TABLE && sqlstate != ERRCODE_UNDEFINED_SCHEMA &&
        sqlstate != ERRCODE_UNDEFINED_FUNCTION && sqlstate != ERRCODE_UNDEFINED_OBJECT) {
        return false;
    }
    return in_transaction(
        [&] { return !OidIsValid(call([&] { return get_extension_oid("pg_stress", true); })); });
}

} // namespace

void Coordinator::execute() {
    recorder_ = std::make_unique<Recorder>(plan_, *memory_, directory(), entry_);
    guarded("state", [&] { recorder_->set_state(RunState::Introspecting); });
    guarded("snapshot before the run", [&] {
        recorder_->take_before();
        for (const auto& note : plan_.notes) {
            recorder_->event("note", note);
        }
    });
    wait_until_ready();
    if (end_ == End::None) {
        run_load();
    }
    drain();
    if (end_ == End::ExtensionGone) {
        return; // its tables are gone: there is nowhere to write
    }
    const RunState state = end_ == End::Complete  ? RunState::Completed
                           : end_ == End::Stopped ? RunState::Stopped
                                                  : RunState::Failed;
    const double check_seconds = ShutdownRequestPending ? 0 : end_ == End::Stopped ? 1 : 20;
    guarded("results", [&] { recorder_->collect_results(check_seconds); });
    // Someone's lock on the run's row must not cost its results.
    const int64_t give_up = monotonic_ns() + kResultsNs;
    while (!guarded("final state", [&] { recorder_->write_final(state, reason_); }) &&
           end_ != End::ExtensionGone && !ShutdownRequestPending && monotonic_ns() < give_up) {
        wait(monotonic_ns() + kSecond);
    }
}

void Coordinator::wait_until_ready() {
    const int64_t limit = monotonic_ns() + kReadyLimitNs;
    while (end_ == End::None && !workers_->all_ready()) {
        if (stop_wanted()) {
            return;
        }
        if (monotonic_ns() > limit) {
            end(End::Failed, "the workers were not ready in time");
            return;
        }
        wait(monotonic_ns() + 100 * kMs);
    }
    const std::string failure = workers_->start_failure();
    if (end_ == End::None && !failure.empty()) {
        end(End::Failed, "a worker could not start: " + failure);
    }
}

void Coordinator::run_load() {
    RunHeader& header = memory_->header();
    const bool warm = plan_.warmup_s > 0;
    apply_bursts(0);
    guarded("state", [&] { recorder_->set_state(warm ? RunState::Warming : RunState::Running); });
    started_ = monotonic_ns();
    bursts_from_ = started_;
    if (!warm) {
        begin_measuring(started_);
    }
    // The clock of the schedule starts with the workers, not with our bookkeeping.
    header.pace.start(plan_.load, plan_.arrival, plan_.rate, plan_.operation_limit, plan_.seed,
                      monotonic_ns());
    header.go.store(true, std::memory_order_release);
    workers_->wake();

    const int64_t warm_until = started_ + static_cast<int64_t>(plan_.warmup_s * 1e9);
    int64_t next_second = (warm ? started_ : measured_from_) + kSecond;
    int64_t next_sample = started_;
    while (end_ == End::None) {
        int64_t now = monotonic_ns();
        if (measured_from_ == 0 && now >= warm_until) {
            begin_measuring(now);
            guarded("state", [&] { recorder_->set_state(RunState::Running); });
            bursts_from_ = bursts_from_ == 0 ? 0 : now;
            next_second = now + kSecond;
        }
        if (now >= next_sample) {
            recorder_->sample_waits();
            next_sample = std::max(next_sample + kWaitSampleNs, now);
        }
        if (now >= next_second) {
            tick(now);
            next_second += kSecond * std::max<int64_t>(1, (now - next_second) / kSecond + 1);
        }
        take_requests(now);
        apply_bursts(now);
        if (end_ == End::None && !stop_wanted()) {
            now = monotonic_ns();
            if (plan_.operation_limit > 0 && workers_->all_ended()) {
                finish_count();
            } else if (plan_.operation_limit == 0 && measured_from_ != 0 && now >= ends_at_) {
                end(End::Complete, "");
            } else {
                int64_t until = std::min(next_sample, next_second);
                if (plan_.operation_limit == 0) {
                    until = std::min(until, measured_from_ != 0 ? ends_at_ : warm_until);
                }
                wait(until);
            }
        }
    }
    recorder_->end_measuring(monotonic_ns());
}

void Coordinator::begin_measuring(int64_t now) {
    measured_from_ = now;
    ends_at_ = now + static_cast<int64_t>(plan_.duration_s * 1e9);
    recorder_->begin_measuring(now);
}

void Coordinator::tick(int64_t now) {
    const bool sampled = guarded("sample", [&] { recorder_->every_second(now); });
    failed_samples_ = sampled ? 0 : failed_samples_ + 1;
    if (failed_samples_ >= kMostFailedSamples) {
        end(End::Failed, "cannot write results: " + last_error_);
    }
    const bool count_mode = plan_.operation_limit > 0;
    if (count_mode && memory_->header().pace.claimed() >= plan_.operation_limit) {
        return; // workers leave because their work is done
    }
    replace_workers();
}

// All workers have left a run by count: its number is reached, or they died before.
void Coordinator::finish_count() {
    if (memory_->header().pace.claimed() >= plan_.operation_limit) {
        end(End::Complete, "");
        return;
    }
    replace_workers();
}

void Coordinator::replace_workers() {
    guarded("workers", [&] {
        workers_->replace_dead([&](const std::string& line) {
            last_loss_ = line;
            recorder_->event("worker", line);
        });
    });
    if (workers_->losses_in_a_row() > kMostLosses) {
        end(End::Failed,
            "workers end again and again without completing an operation: " + last_loss_);
    }
}

void Coordinator::take_requests(int64_t now) {
    DirectoryEntry asked;
    update_entry(entry_, [&](DirectoryEntry& entry) {
        asked = entry;
        entry.new_rate = -1;
        entry.new_sessions = -1;
        entry.new_intensity[0] = '\0';
        entry.snapshot_held = false;
    });
    RunHeader& header = memory_->header();
    if (asked.new_rate >= 0) {
        header.pace.set_rate(asked.new_rate, now);
        workers_->wake();
        guarded("event", [&] {
            recorder_->event("rate", "rate set to " + to_text(asked.new_rate) + " per second");
        });
    }
    if (asked.new_sessions > 0) {
        bursts_from_ = 0;
        header.sessions.store(std::min(asked.new_sessions, plan_.workers));
        workers_->wake();
        guarded("event", [&] {
            recorder_->event("sessions", "sessions set to " + std::to_string(asked.new_sessions));
        });
    }
    if (asked.new_intensity[0] != '\0') {
        guarded("intensity", [&] {
            RunPlan next = plan_;
            in_transaction([&] { apply_intensity(next, asked.new_intensity); });
            if (next.load != plan_.load) { // the pace is shared with workers under way
                recorder_->event("intensity",
                                 "not set to " + next.intensity + ": it is another kind of loop");
                return;
            }
            plan_ = std::move(next);
            bursts_from_ = now;
            header.sessions.store(plan_.workers);
            header.think_mean_ns.store(static_cast<int64_t>(plan_.think_time_ms * 1e6));
            workers_->wake();
            recorder_->event("intensity", "intensity set to " + plan_.intensity);
        });
    }
    if (asked.snapshot_held) {
        guarded("event", [&] {
            recorder_->event("snapshot held",
                             "a caller of wait_test holds a snapshot, which holds back vacuum");
        });
    }
}

void Coordinator::apply_bursts(int64_t now) {
    if (plan_.bursts.empty() || (bursts_from_ == 0 && started_ != 0)) {
        return;
    }
    RunHeader& header = memory_->header();
    const int sessions =
        core::sessions_at(plan_.bursts, static_cast<double>(now - bursts_from_) / 1e9);
    if (header.sessions.load() != sessions) {
        header.sessions.store(sessions);
        workers_->wake();
        guarded("event",
                [&] { recorder_->event("burst", std::to_string(sessions) + " sessions"); });
    }
}

// An error of our own bookkeeping must not end the load.
bool Coordinator::guarded(const char* what, const std::function<void()>& work) {
    if (end_ == End::ExtensionGone) {
        return false;
    }
    int sqlstate = ERRCODE_INTERNAL_ERROR;
    try {
        work();
        return true;
    } catch (const PgError& error) {
        sqlstate = error.sqlstate;
        last_error_ = error.message;
    } catch (const std::exception& error) {
        last_error_ = error.what();
    }
    if (extension_is_gone(sqlstate)) {
        end_ = End::ExtensionGone;
        return false;
    }
    const char* message = last_error_.c_str();
    call([&] {
        ereport(LOG, (errmsg("pg_stress: %s of run %lld failed: %s", what,
                             static_cast<long long>(plan_.run_id), message)));
    });
    return false;
}

void Coordinator::drain() {
    RunHeader& header = memory_->header();
    header.stop.store(StopOrder::Drain, std::memory_order_release);
    header.go.store(true, std::memory_order_release);
    workers_->wake();
    if (end_ != End::ExtensionGone) {
        guarded("state", [&] { recorder_->set_state(RunState::Draining); });
    }
    const int64_t began = monotonic_ns();
    const int64_t cancel_at = began + (end_ == End::Complete ? kDrainNs : kDrainStoppedNs);
    while (!workers_->all_ended()) {
        const int64_t now = monotonic_ns();
        if (now >= cancel_at) {
            header.stop.store(StopOrder::Cancel, std::memory_order_release);
            workers_->wake();
            workers_->cancel_statements();
        }
        if (now >= began + kTerminateNs) {
            workers_->terminate();
        }
        wait(now + 20 * kMs);
    }
    if (end_ != End::ExtensionGone) {
        guarded("state", [&] { recorder_->set_state(RunState::Finishing); });
    }
}

void Coordinator::end(End end, const std::string& reason) {
    end_ = end;
    reason_ = reason;
}

bool Coordinator::stop_wanted() {
    bool asked = false;
    update_entry(entry_, [&](DirectoryEntry& entry) { asked = entry.stop_requested; });
    if (asked) {
        end(End::Stopped, "stopped by stop_test");
    } else if (ShutdownRequestPending) {
        end(End::Stopped, "the coordinator was told to end");
    }
    return end_ != End::None;
}

void Coordinator::wait(int64_t until) const {
    const int64_t ms = std::clamp<int64_t>((until - monotonic_ns() + kMs - 1) / kMs, 0, 1000);
    call([&] {
        (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
                        static_cast<long>(ms), PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
        if (ConfigReloadPending) {
            ConfigReloadPending = false;
            ProcessConfigFile(PGC_SIGHUP);
        }
    });
}

void Coordinator::abandon() noexcept {
    if (memory_) {
        memory_->header().stop.store(StopOrder::Cancel, std::memory_order_release);
    }
    if (workers_) {
        workers_->terminate();
    }
    if (entry_ >= 0) {
        release_entry(entry_);
        entry_ = -1;
    }
}

} // namespace pg_stress::backend
