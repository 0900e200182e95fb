// The end of a run: results, checks and verdict into rows. Zone: backend; part of the recorder.
#include "backend/checks.hpp"
#include "backend/guard.hpp"
#include "backend/process.hpp"
#include "backend/recorder_parts.hpp"
#include "backend/sql.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

#include "core/sqlstate.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

double ms(uint64_t ns) { return static_cast<double>(ns) / 1e6; }
std::string count(uint64_t n) { return to_text(static_cast<int64_t>(n)); }

} // namespace

void Recorder::collect_results(double check_seconds) {
    Parts& p = *parts_;
    if (p.measured_from_ns != 0 && p.measured_to_ns == 0) {
        end_measuring(monotonic_ns());
    }
    p.collector.read(true);
    p.attempt("server counters", [&] { in_transaction([&] { p.server.read(); }); });
    p.attempt("settings after the run", [&] { p.snapshots.settings(true); });
    p.attempt("tables after the run", [&] { p.snapshots.table_statistics(true); });
    p.attempt("statements after the run", [&] { p.snapshots.statements(true); });
    p.attempt("operations", [&] { p.write_operations(); });
    p.attempt("statements", [&] { p.write_statements(); });
    p.attempt("errors", [&] { p.write_errors(); });
    p.attempt("waits", [&] { p.write_waits(); });
    p.attempt("checks", [&] { p.write_checks(check_seconds); });
}

void Recorder::write_final(RunState final_state, const std::string& reason) {
    Parts& p = *parts_;
    p.write_run(final_state, reason);
    p.update_live(monotonic_ns());
    p.publish(final_state);
}

void Recorder::Parts::write_operations() {
    write(true, [&] {
        for (int o = 0; o < collector.operations(); ++o) {
            const auto& operation = plan.workload.operations[static_cast<size_t>(o)];
            const OperationTotals totals = collector.measured(o);
            run_sql("INSERT INTO pg_stress.recorded_operation (run_id, operation, driver, family,"
                    " weight, calls, errors, retries, empty, rows, own_chaos, suspended,"
                    " response_sum_ms, max_ms, response, service)"
                    " VALUES ($1::bigint, $2, 'spi', $3, $4::float8, $5::bigint, $6::bigint,"
                    " $7::bigint, $8::bigint, $9::bigint, $10::bigint, $11::boolean, $12::float8,"
                    " $13::float8, $14::bytea, $15::bytea)",
                    {to_text(plan.run_id), operation.name, operation.family,
                     to_text(operation.weight), count(totals.done), count(totals.failed),
                     count(totals.retries), count(totals.empty), count(totals.rows),
                     count(totals.own_chaos), totals.suspended ? "t" : "f",
                     to_text(ms(totals.response_sum_ns)), to_text(ms(totals.max_ns)),
                     to_bytea(collector.response(o).encode()),
                     to_bytea(collector.service(o).encode())});
        }
    });
}

void Recorder::Parts::write_statements() {
    write(false, [&] {
        int number = 0;
        for (const auto& operation : plan.workload.operations) {
            for (size_t s = 0; s < operation.steps.size(); ++s, ++number) {
                uint64_t executions = 0;
                uint64_t rows = 0;
                uint64_t total_ns = 0;
                int64_t query_id = 0;
                for (int w = 0; w < memory.header().workers; ++w) {
                    const StepCounters& step = memory.step(w, number);
                    executions += step.executions.load(std::memory_order_relaxed);
                    rows += step.rows.load(std::memory_order_relaxed);
                    total_ns += step.total_ns.load(std::memory_order_relaxed);
                    if (const int64_t id = step.query_id.load(std::memory_order_relaxed); id != 0) {
                        query_id = id;
                    }
                }
                SqlText id;
                SqlText figures;
                if (query_id != 0) {
                    id = to_text(query_id);
                    figures = snapshots.statement_figures(query_id);
                }
                run_sql("INSERT INTO pg_stress.recorded_statement (run_id, operation, step, driver,"
                        " query_id, query, calls, rows, total_ms, server)"
                        " VALUES ($1::bigint, $2, $3::integer, 'spi', $4::bigint, $5, $6::bigint,"
                        " $7::bigint, $8::float8, $9::jsonb)",
                        {to_text(plan.run_id), operation.name, to_text(static_cast<int64_t>(s)), id,
                         operation.steps[s].sql, count(executions), count(rows),
                         to_text(ms(total_ns)), figures});
            }
        }
    });
}

void Recorder::Parts::write_errors() {
    struct Failure {
        uint64_t count = 0;
        std::string message;
    };
    std::map<std::pair<uint32_t, uint32_t>, Failure> failures; // operation, SQLSTATE
    for (int w = 0; w < memory.header().workers; ++w) {
        for (const ErrorSlot& slot : memory.slot(w).errors) {
            const uint32_t sqlstate = slot.sqlstate.load(std::memory_order_acquire);
            if (sqlstate == 0) {
                continue;
            }
            Failure& failure = failures[{slot.operation.load(std::memory_order_relaxed), sqlstate}];
            failure.count += slot.count.load(std::memory_order_relaxed);
            if (failure.message.empty()) {
                failure.message.assign(slot.message, strnlen(slot.message, sizeof slot.message));
            }
        }
    }
    write(false, [&] {
        for (const auto& [key, failure] : failures) {
            if (key.first >= plan.workload.operations.size()) {
                continue;
            }
            const std::string state = unpack_sql_state(static_cast<int>(key.second));
            run_sql("INSERT INTO pg_stress.recorded_error (run_id, operation, driver, sqlstate,"
                    " class, count, message)"
                    " VALUES ($1::bigint, $2, 'spi', $3, $4, $5::bigint, $6)",
                    {to_text(plan.run_id), plan.workload.operations[key.first].name, state,
                     core::to_string(core::classify_sqlstate(state)), count(failure.count),
                     failure.message});
        }
    });
}

void Recorder::Parts::write_waits() {
    const auto seen = waits.counts();
    write(false, [&] {
        for (const WaitCount& wait : seen) {
            if (wait.operation >= collector.operations()) {
                continue;
            }
            run_sql("INSERT INTO pg_stress.recorded_wait (run_id, operation, driver, wait_type,"
                    " wait_event, samples) VALUES ($1::bigint, $2, 'spi', $3, $4, $5::bigint)"
                    " ON CONFLICT (run_id, operation, driver, wait_type, wait_event)"
                    " DO UPDATE SET samples = recorded_wait.samples + excluded.samples",
                    {to_text(plan.run_id),
                     plan.workload.operations[static_cast<size_t>(wait.operation)].name, wait.type,
                     wait.event, count(wait.samples)});
        }
    });
}

uint64_t Recorder::Parts::scheduled() const {
    const auto& pace = memory.header().pace;
    const uint64_t claimed = pace.claimed();
    const uint64_t due =
        pace.kind() == core::LoadKind::Open && due_end > claimed ? due_end : claimed;
    return due + collector.workers().missed;
}

uint64_t Recorder::Parts::unfinished() const {
    uint64_t ended = 0;
    for (int o = 0; o < collector.operations(); ++o) {
        const OperationTotals& totals = collector.whole(o);
        ended += totals.done + totals.failed + totals.own_chaos;
    }
    const uint64_t due = scheduled() - collector.workers().missed;
    return due > ended ? due - ended : 0;
}

void Recorder::Parts::write_checks(double seconds) {
    RunCounts counts;
    for (int o = 0; o < collector.operations(); ++o) {
        const OperationTotals& totals = collector.whole(o);
        counts.done += totals.done;
        counts.failed += totals.failed + totals.own_chaos;
        counts.retries += totals.retries;
    }
    counts.scheduled = scheduled();
    counts.unfinished = unfinished();
    counts.missed = collector.workers().missed;
    counts.claimed_by_workers = collector.workers().claimed;
    counts.claimed_from_pace = memory.header().pace.claimed();
    auto checks = check_counts({plan, memory, collector, server, snapshots, counts,
                                collector.workers().transactions - worker_transactions_begin,
                                own_transactions() - transactions_begin});
    checks.push_back(check_foreign_keys(plan.workload, seconds));
    write(false, [&] {
        for (const Check& check : checks) {
            run_sql("INSERT INTO pg_stress.recorded_check (run_id, check_name, status, expected,"
                    " actual, detail) VALUES ($1::bigint, $2, $3, $4, $5, $6)",
                    {to_text(plan.run_id), check.name, check.status, check.expected, check.actual,
                     check.detail});
        }
    });
}

/** What a closed loop cannot see. Corrected are operations that took far longer than they do; an
    operation that is always slow is no stall. */
void Recorder::Parts::see_stalls(core::VerdictInput& input, const core::Histogram& service) const {
    const auto corrected = std::make_unique<core::Histogram>();
    for (int o = 0; o < collector.operations(); ++o) {
        const core::Histogram& own = collector.service(o);
        const uint64_t median = own.quantile(0.5);
        const double ratio =
            median == 0 ? 0 : static_cast<double>(core::largest(own)) / static_cast<double>(median);
        input.worst_service_ratio = std::max(input.worst_service_ratio, ratio);
        corrected->merge(ratio > core::kStallRatio
                             ? core::corrected_for_omission(own, service.quantile(0.5))
                             : own);
    }
    input.corrected_p99_ms = ms(corrected->quantile(0.99));
}

void Recorder::Parts::write_run(RunState state, const std::string& reason) {
    auto response = std::make_unique<core::Histogram>();
    auto service = std::make_unique<core::Histogram>();
    OperationTotals whole;
    OperationTotals measured;
    for (int o = 0; o < collector.operations(); ++o) {
        response->merge(collector.response(o));
        service->merge(collector.service(o));
        whole += collector.whole(o);
        measured += collector.measured(o);
    }
    const double seconds =
        measured_from_ns == 0 ? 0 : static_cast<double>(measured_to_ns - measured_from_ns) / 1e9;
    const WorkerTotals workers = collector.measured_workers();
    const core::Histogram& lag = collector.start_lag();

    core::VerdictInput input;
    input.load = plan.load;
    input.by_count = plan.operation_limit != 0;
    input.bursts = !plan.bursts.empty();
    input.measured_s = seconds;
    input.operations = measured.done + measured.failed;
    input.due = due_end > due_begin ? due_end - due_begin : 0;
    input.missed = workers.missed;
    input.lag_p99_ms = ms(lag.quantile(0.99));
    input.response_p50_ms = ms(response->quantile(0.5));
    input.idle_share = seconds > 0 ? static_cast<double>(workers.waited_ns) / 1e9 / seconds /
                                         memory.header().workers
                                   : 0;
    input.steal_share = host.steal_share();
    input.other_share = host.other_share();
    input.per_second = per_second;
    input.service_p99_ms = ms(service->quantile(0.99));
    core::Value figures = core::Value::object();
    const auto set = [&](const char* name, double value) {
        figures.set(name, core::Value::number(value));
    };
    if (plan.load == core::LoadKind::Closed && service->total() > 0) {
        see_stalls(input, *service);
        set("corrected_p99_ms", input.corrected_p99_ms);
    }
    if (plan.load == core::LoadKind::Open) {
        set("due", static_cast<double>(input.due));
    }
    if (lag.total() > 0) {
        set("start_lag_p99_ms", input.lag_p99_ms);
    }
    set("service_p99_ms", input.service_p99_ms);
    set("worst_service_ms", ms(core::largest(*service)));
    set("idle_share", input.idle_share);
    if (host.busy_share() >= 0) {
        set("host_busy_share", host.busy_share());
        set("steal_share", host.steal_share());
    }
    if (host.other_share() >= 0) {
        set("other_share", host.other_share());
    }
    set("other_sessions", server.most_others());
    if (memory.header().checksum) { // equal for two runs with the same operations and ranks
        uint64_t sum = 0;
        for (int worker = 0; worker < memory.header().workers; ++worker) {
            sum += memory.slot(worker).load_checksum.load(std::memory_order_relaxed);
        }
        figures.set("load_checksum", core::Value::string(std::to_string(sum)));
    }
    const core::Verdict verdict = core::judge(input);
    core::Value reasons = core::Value::array();
    for (const auto& sentence : verdict.reasons) {
        reasons.add(core::Value::string(sentence));
    }
    const int64_t coordinator_cpu = process_cpu_ns() - cpu_begin_ns;
    const double tool_cpu = static_cast<double>(coordinator_cpu + collector.workers().cpu_ns) / 1e9;
    write(true, [&] {
        run_sql(
            "UPDATE pg_stress.recorded_run SET state = $2, reason = nullif($3, ''),"
            " verdict = $4, verdict_reasons = ARRAY(SELECT jsonb_array_elements_text($5::jsonb)),"
            " finished_at = clock_timestamp(),"
            " scheduled = $6::bigint, done = $7::bigint, failed = $8::bigint,"
            " missed = $9::bigint, unfinished = $10::bigint, measured_s = $11::float8,"
            " operations = $12::bigint, errors = $13::bigint, retries = $14::bigint,"
            " empty = $15::bigint, response = $16::bytea, service = $17::bytea,"
            " start_lag = $18::bytea, tool_cpu_s = $19::float8,"
            " coordinator_cpu_s = $20::float8, tool_wal_bytes = $21::bigint,"
            " figures = $22::jsonb WHERE run_id = $1::bigint",
            {to_text(plan.run_id),
             to_string(state),
             reason,
             verdict.word,
             reasons.to_json(),
             count(scheduled()),
             count(whole.done),
             count(whole.failed + whole.own_chaos),
             count(collector.workers().missed),
             count(unfinished()),
             to_text(seconds),
             count(measured.done),
             count(measured.failed),
             count(measured.retries),
             count(measured.empty),
             to_bytea(response->encode()),
             to_bytea(service->encode()),
             to_bytea(lag.encode()),
             to_text(tool_cpu),
             to_text(static_cast<double>(coordinator_cpu) / 1e9),
             count(pgWalUsage.wal_bytes - wal_begin),
             figures.to_json()});
    });
}

} // namespace pg_stress::backend
