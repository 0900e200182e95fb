#include "backend/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>

#include "backend/checks.hpp"
#include "backend/collector.hpp"
#include "backend/guard.hpp"
#include "backend/process.hpp"
#include "backend/recorder_parts.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr size_t kWindow = 10; // seconds that the live percentiles cover

double ms(uint64_t ns) { return static_cast<double>(ns) / 1e6; }

/** A write that may be made up for later: the run goes on without it. */
bool is_passing(const PgError& error) {
    return error.sqlstate == ERRCODE_LOCK_NOT_AVAILABLE ||
           error.sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED ||
           ERRCODE_TO_CATEGORY(error.sqlstate) == ERRCODE_INSUFFICIENT_RESOURCES;
}

} // namespace

int64_t process_cpu_ns() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

Recorder::Parts::Parts(const RunPlan& run_plan, RunMemory run_memory, Directory* shared, int own)
    : plan(run_plan), memory(run_memory), directory(shared), entry(own), collector(run_memory),
      waits(run_memory), snapshots(run_plan.run_id, run_memory.header().role, run_plan.workload),
      samples(run_plan) {
    window.resize(kWindow);
}

Recorder::Recorder(const RunPlan& plan, RunMemory memory, Directory* directory, int entry)
    : parts_(std::make_unique<Parts>(plan, memory, directory, entry)) {}

Recorder::~Recorder() = default;

void Recorder::Parts::write(bool durable, const std::function<void()>& statements) {
    in_transaction([&] {
        if (!durable) { // outside of the rights below, whose end restores settings
            run_sql("SET LOCAL synchronous_commit = off");
        }
        const OwnerRights owner;
        run_sql("SET LOCAL lock_timeout = '1s'");
        statements();
    });
}

void Recorder::Parts::attempt(const char* what, const std::function<void()>& step) {
    try {
        step();
    } catch (const PgError& error) {
        if (error.sqlstate == ERRCODE_UNDEFINED_TABLE ||
            error.sqlstate == ERRCODE_UNDEFINED_SCHEMA ||
            error.sqlstate == ERRCODE_UNDEFINED_OBJECT ||
            error.sqlstate == ERRCODE_ADMIN_SHUTDOWN) {
            throw; // the extension is gone, or we are to go
        }
        add_event("recorder", std::string(what) + ": " + error.message);
    }
}

void Recorder::Parts::add_event(const std::string& kind, const std::string& message) {
    SqlText second;
    if (measured_from_ns != 0) {
        second = to_text(static_cast<double>(monotonic_ns() - measured_from_ns) / 1e9);
    }
    ++event_number;
    write(false, [&] {
        run_sql(
            "INSERT INTO pg_stress.recorded_event (run_id, number, at, second, kind, message)"
            " VALUES ($1::bigint, $2::integer, clock_timestamp(), round($3::numeric, 3), $4, $5)",
            {to_text(plan.run_id), to_text(int64_t{event_number}), second, kind, message});
    });
}

void Recorder::take_before() {
    Parts& p = *parts_;
    p.cpu_begin_ns = process_cpu_ns();
    p.wal_begin = pgWalUsage.wal_bytes;
    // What this process did before, trying the operations out, belongs to the state before the run.
    call([&] { pgstat_report_stat(true); });
    p.attempt("facts of the host", [&] {
        p.write(false, [&] {
            for (const auto& [name, value] : p.host.facts()) {
                run_sql("INSERT INTO pg_stress.recorded_host (run_id, name, value)"
                        " VALUES ($1::bigint, $2, $3) ON CONFLICT DO NOTHING",
                        {to_text(p.plan.run_id), name, value});
            }
        });
    });
    p.attempt("settings before the run", [&] { p.snapshots.settings(false); });
    p.attempt("tables before the run", [&] { p.snapshots.table_statistics(false); });
    p.attempt("fingerprints", [&] { p.snapshots.fingerprints(); });
    p.attempt("statements before the run", [&] { p.snapshots.statements(false); });
    if (p.snapshots.tables_cut()) {
        p.add_event("recorder", "only " + std::to_string(Snapshots::kMostTables) +
                                    " tables are compared before and after");
    }
    p.collector.read();
    p.worker_transactions_begin = p.collector.workers().transactions;
    p.attempt("server counters before the run", [&] { in_transaction([&] { p.server.read(); }); });
    p.server.begin();
    p.transactions_begin = own_transactions();
    p.host.figures(monotonic_ns());
}

void Recorder::begin_measuring(int64_t now_ns) {
    Parts& p = *parts_;
    p.collector.read();
    p.collector.clear_interval();
    p.collector.begin_measuring();
    p.host.begin_measuring();
    p.measured_from_ns = now_ns;
    p.interval_from_ns = now_ns;
    p.written_until = 0;
    p.due_begin = p.memory.header().pace.scheduled(now_ns);
    p.missed_written = p.collector.workers().missed;
    p.attempt("begin of the measured part", [&] {
        p.write(false, [&] {
            run_sql("UPDATE pg_stress.recorded_run SET measured_from = clock_timestamp()"
                    " WHERE run_id = $1::bigint",
                    {to_text(p.plan.run_id)});
        });
    });
}

void Recorder::sample_waits() {
    if (parts_->collector.measuring()) {
        parts_->waits.sample();
    }
}

void Recorder::Parts::update_live(int64_t now_ns) {
    LiveFigures live{};
    const bool measured = measured_from_ns != 0;
    for (int o = 0; o < collector.operations(); ++o) {
        const OperationTotals totals = measured ? collector.measured(o) : OperationTotals{};
        live.operations += totals.done;
        live.errors += totals.failed;
        live.retries += totals.retries;
    }
    live.missed = measured ? collector.measured_workers().missed : 0;
    const int64_t until = measured_to_ns != 0 ? measured_to_ns : now_ns;
    live.elapsed_s = measured ? static_cast<double>(until - measured_from_ns) / 1e9 : 0;
    live.remaining_s =
        plan.operation_limit != 0 ? -1 : std::max(plan.duration_s - live.elapsed_s, 0.0);
    live.sessions =
        std::min(memory.header().sessions.load(std::memory_order_relaxed), memory.header().workers);
    live.tps = last_tps;
    auto all = std::make_unique<core::Histogram>();
    for (const auto& part : window) {
        all->merge(part);
    }
    const auto percentile = [&](double q) {
        return all->supports(q) ? ms(all->quantile(q)) : std::nan("");
    };
    live.p50_ms = percentile(0.5);
    live.p95_ms = percentile(0.95);
    live.p99_ms = percentile(0.99);
    SpinLockAcquire(&directory->lock);
    directory->run[entry].live = live;
    SpinLockRelease(&directory->lock);
}

/** For the live figures: the last second, and the window of the last ones. */
void Recorder::Parts::keep_interval(double seconds) {
    core::Histogram& slot = window[window_at++ % kWindow];
    slot.clear();
    uint64_t done = 0;
    for (int o = 0; o < collector.operations(); ++o) {
        slot.merge(collector.interval_response(o));
        done += collector.interval(o).done;
    }
    last_tps = seconds > 0 ? static_cast<double>(done) / seconds : 0;
}

/** What the verdict needs of an interval of the measured part. */
void Recorder::Parts::judge_interval(int width) {
    uint64_t ended = 0;
    for (int o = 0; o < collector.operations(); ++o) {
        const OperationTotals totals = collector.interval(o);
        ended += totals.done + totals.failed;
    }
    per_second.insert(per_second.end(), static_cast<size_t>(width),
                      static_cast<double>(ended) / width);
}

/** Writes the interval since the last one when it has an end, and begins the next. */
void Recorder::Parts::close_interval(int64_t now_ns, bool last) {
    const bool measured = measured_from_ns != 0;
    const double elapsed =
        measured ? static_cast<double>(now_ns - measured_from_ns) / 1e9
                 : static_cast<double>(now_ns - first_second_ns) / 1e9 - std::ceil(plan.warmup_s);
    const double seconds = static_cast<double>(now_ns - interval_from_ns) / 1e9;
    // By the time since the last one, so that calls half-way between two seconds do not jump; by
    // the clock again when both have drifted apart.
    int end = written_until + static_cast<int>(std::lround(seconds));
    if (last || std::fabs(end - elapsed) > 1) {
        end = static_cast<int>(std::lround(elapsed));
    }
    if (!measured) {
        end = std::min(end, 0);
    }
    SampleInterval interval{};
    interval.second = written_until;
    interval.width = end - written_until;
    if (interval.width < 1) {
        if (!last || written_until < 1) {
            if (!last || elapsed <= 0) {
                return; // its counts go into the next interval
            }
            ++written_until; // a run shorter than half a second has one sample
        }
        interval.second = written_until - 1; // the rest of the run goes into its last second
        interval.width = 1;
    }
    interval.sessions =
        std::min(memory.header().sessions.load(std::memory_order_relaxed), memory.header().workers);
    interval.missed = collector.workers().missed - missed_written;
    const core::Value figures = host.figures(now_ns);
    try {
        in_transaction([&] {
            server.read();
            run_sql("SET LOCAL synchronous_commit = off");
            const OwnerRights owner;
            run_sql("SET LOCAL lock_timeout = '500ms'");
            samples.write(collector, interval);
            samples.write_server(interval, server.interval(), figures);
            if (measured) {
                samples.roll_up(end);
            }
        });
    } catch (const PgError& error) {
        if (!is_passing(error)) {
            throw;
        }
        return; // the counts stay and go into the next interval
    }
    server.clear_interval();
    if (measured && end > written_until) {
        judge_interval(interval.width);
    }
    keep_interval(seconds);
    interval_from_ns = now_ns;
    written_until = std::max(end, written_until);
    missed_written = collector.workers().missed;
    collector.clear_interval();
}

void Recorder::every_second(int64_t now_ns) {
    Parts& p = *parts_;
    if (p.first_second_ns == 0) {
        p.first_second_ns = now_ns - 1'000'000'000;
        p.interval_from_ns = p.interval_from_ns == 0 ? p.first_second_ns : p.interval_from_ns;
        if (p.measured_from_ns == 0) {
            p.written_until = -static_cast<int>(std::ceil(p.plan.warmup_s));
        }
    }
    p.collector.read();
    if (p.measured_to_ns == 0) {
        p.close_interval(now_ns, false);
    }
    p.update_live(now_ns);
}

void Recorder::end_measuring(int64_t now_ns) {
    Parts& p = *parts_;
    if (p.measured_from_ns == 0 || p.measured_to_ns != 0) {
        return;
    }
    p.collector.read();
    p.collector.end_measuring();
    p.host.end_measuring();
    p.due_end = p.memory.header().pace.scheduled(now_ns);
    p.close_interval(now_ns, true);
    p.measured_to_ns = now_ns;
    p.attempt("end of the measured part", [&] {
        p.write(false, [&] {
            run_sql("UPDATE pg_stress.recorded_run SET measured_to = clock_timestamp()"
                    " WHERE run_id = $1::bigint",
                    {to_text(p.plan.run_id)});
        });
    });
}

void Recorder::event(const std::string& kind, const std::string& message) {
    try {
        parts_->add_event(kind, message);
    } catch (const PgError& error) {
        if (!is_passing(error)) {
            throw;
        }
    }
}

void Recorder::set_state(RunState state) {
    Parts& p = *parts_;
    p.write(is_final(state), [&] {
        run_sql("UPDATE pg_stress.recorded_run SET state = $2, started_at = CASE WHEN $3::boolean"
                " THEN coalesce(started_at, clock_timestamp()) ELSE started_at END"
                " WHERE run_id = $1::bigint",
                {to_text(p.plan.run_id), to_string(state),
                 state == RunState::Warming || state == RunState::Running ? "t" : "f"});
    });
    p.publish(state);
}

void Recorder::Parts::publish(RunState state) {
    SpinLockAcquire(&directory->lock);
    directory->run[entry].state = state;
    SpinLockRelease(&directory->lock);
    ConditionVariableBroadcast(&directory->changed);
}

} // namespace pg_stress::backend
