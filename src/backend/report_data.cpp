#include "backend/report_data.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

#include "backend/guard.hpp"
#include "backend/json.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

std::optional<double> optional_number(const SqlResult& rows, size_t row, size_t column) {
    return rows.at(row, column) ? std::optional<double>(rows.number(row, column)) : std::nullopt;
}

std::optional<int64_t> optional_integer(const SqlResult& rows, size_t row, size_t column) {
    return rows.at(row, column) ? std::optional<int64_t>(rows.integer(row, column)) : std::nullopt;
}

core::Value document(const std::string& json) {
    if (json.empty()) {
        return {};
    }
    const char* text = json.c_str();
    Jsonb* value =
        call([&] { return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text))); });
    return value_from_jsonb(value);
}

std::string string_of(const core::Value& object, const char* key) {
    const core::Value* found = object.find(key);
    return found != nullptr && found->is_string() ? found->text() : "";
}

std::optional<double> number_of(const core::Value& object, const char* key) {
    const core::Value* found = object.find(key);
    return found != nullptr ? found->as_double() : std::nullopt;
}

void gather_setup(core::Report& report, const core::Value& setup) {
    report.load = string_of(setup, "load");
    report.arrival = string_of(setup, "arrival");
    report.rate = number_of(setup, "rate");
    report.think_time_ms = number_of(setup, "think_time_ms");
    report.workers = static_cast<int>(number_of(setup, "workers").value_or(0));
    report.workers_wanted = static_cast<int>(number_of(setup, "workers_wanted").value_or(0));
    if (const core::Value* notes = setup.find("notes"); notes != nullptr && notes->is_array()) {
        for (const auto& note : notes->items()) {
            report.notes.push_back(note.text());
        }
    }
}

void gather_run(core::Report& report, const SqlText& id) {
    const SqlResult run = run_sql(
        "SELECT r.name, r.state, r.reason, r.note, r.verdict, "
        "array_to_json(r.verdict_reasons)::text,"
        " r.intensity, r.workload, r.driver, r.role_name,"
        " coalesce(substring(r.server_version from '^PostgreSQL (\\S+)'), r.server_version),"
        " r.seed, r.options::text, r.accepted_at::text, r.finished_at::text,"
        " extract(epoch FROM r.warmup)::float8, r.setup::text, r.figures::text,"
        " r.scheduled, r.done, r.failed, r.missed, r.unfinished, r.tool_cpu_s, r.coordinator_cpu_s,"
        " r.tool_wal_bytes, r.left_out::text, coalesce(r.retries, p.retries), r.empty,"
        " coalesce(r.measured_s, p.seconds)"
        " FROM pg_stress.run AS r LEFT JOIN LATERAL (SELECT sum(retries) AS retries,"
        " sum(width)::float8 AS seconds FROM pg_stress.recorded_sample WHERE run_id = r.run_id"
        " AND operation = '' AND second >= 0) AS p ON r.measured_s IS NULL"
        " WHERE r.run_id = $1::bigint",
        {id});
    report.name = run.text(0, 0);
    report.state = run.text(0, 1);
    report.reason = run.text(0, 2);
    report.note = run.text(0, 3);
    report.verdict = run.text(0, 4);
    const core::Value reasons = document(run.text(0, 5));
    for (const auto& reason : reasons.items()) {
        report.verdict_reasons.push_back(reason.text());
    }
    report.intensity = run.text(0, 6);
    report.workload = run.text(0, 7);
    report.driver = run.text(0, 8);
    report.role = run.text(0, 9);
    report.server_version = run.text(0, 10);
    report.seed = run.integer(0, 11);
    report.options = document(run.text(0, 12));
    report.accepted_at = run.text(0, 13);
    report.finished_at = run.text(0, 14);
    report.warmup_s = run.number(0, 15);
    gather_setup(report, document(run.text(0, 16)));
    const core::Value figures = document(run.text(0, 17));
    report.start_lag_p99 = number_of(figures, "start_lag_p99_ms");
    report.corrected_p99 = number_of(figures, "corrected_p99_ms");
    report.other_share = number_of(figures, "other_share");
    report.steal_share = number_of(figures, "steal_share");
    report.scheduled = optional_integer(run, 0, 18);
    report.done = optional_integer(run, 0, 19);
    report.failed = optional_integer(run, 0, 20);
    report.missed = optional_integer(run, 0, 21);
    report.unfinished = optional_integer(run, 0, 22);
    report.tool_cpu_s = optional_number(run, 0, 23);
    report.coordinator_cpu_s = optional_number(run, 0, 24);
    report.tool_wal_bytes = optional_integer(run, 0, 25);
    report.retries = run.integer(0, 27);
    report.empty = run.integer(0, 28);
    report.measured_s = run.number(0, 29);

    std::map<std::pair<std::string, std::string>, core::Report::LeftOut> groups;
    const core::Value left_out = document(run.text(0, 26));
    for (const auto& one : left_out.items()) {
        // A reason that names its constraint is one group whatever the constraint.
        auto& group = groups[{string_of(one, "family"), string_of(one, "reason")}];
        group.family = string_of(one, "family");
        group.reason = string_of(one, "reason");
        std::string object = string_of(one, "object");
        if (const std::string constraint = string_of(one, "constraint"); !constraint.empty()) {
            object += " (" + constraint + ")";
        }
        group.objects.push_back(std::move(object));
    }
    for (auto& [key, group] : groups) {
        report.left_out.push_back(std::move(group));
    }
    std::stable_sort(report.left_out.begin(), report.left_out.end(),
                     [](auto& a, auto& b) { return a.objects.size() > b.objects.size(); });

    const SqlResult summary =
        run_sql("SELECT operations, errors, tps, p50_ms, p95_ms, p99_ms, p999_ms, max_ms"
                " FROM pg_stress.run_summary WHERE run_id = $1::bigint",
                {id});
    report.operations = summary.integer(0, 0);
    report.errors = summary.integer(0, 1);
    report.tps = summary.number(0, 2);
    report.response = {optional_number(summary, 0, 3), optional_number(summary, 0, 4),
                       optional_number(summary, 0, 5), optional_number(summary, 0, 6),
                       summary.number(0, 7)};
}

void gather_operations(core::Report& report, const SqlText& id) {
    const SqlResult rows = run_sql(
        "SELECT operation, family, driver, calls, errors, retries, empty, rows, tps, mean_ms,"
        " time_share, p50_ms, p95_ms, p99_ms, max_ms, suspended FROM pg_stress.run_operation"
        " WHERE run_id = $1::bigint ORDER BY time_share DESC NULLS LAST, calls DESC, operation",
        {id});
    for (size_t r = 0; r < rows.size(); ++r) {
        core::Report::Operation o;
        o.name = rows.text(r, 0);
        o.family = rows.text(r, 1);
        o.driver = rows.text(r, 2);
        o.calls = rows.integer(r, 3);
        o.errors = rows.integer(r, 4);
        o.retries = rows.integer(r, 5);
        o.empty = rows.integer(r, 6);
        o.rows = rows.integer(r, 7);
        o.tps = rows.number(r, 8);
        o.mean = optional_number(rows, r, 9);
        o.time_share = optional_number(rows, r, 10);
        o.response = {optional_number(rows, r, 11), optional_number(rows, r, 12),
                      optional_number(rows, r, 13), std::nullopt, rows.number(r, 14)};
        o.suspended = rows.boolean(r, 15);
        report.operation.push_back(std::move(o));
    }
}

void gather_lists(core::Report& report, const SqlText& id) {
    const SqlResult waits =
        run_sql("SELECT wait_type, wait_event, sum(samples), sum(share) FROM pg_stress.run_wait"
                " WHERE run_id = $1::bigint GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
                {id});
    for (size_t r = 0; r < waits.size(); ++r) {
        report.wait.push_back(
            {waits.text(r, 0), waits.text(r, 1), waits.integer(r, 2), waits.number(r, 3)});
    }
    const SqlResult errors =
        run_sql("SELECT class, sqlstate, operation, message, count FROM pg_stress.run_error"
                " WHERE run_id = $1::bigint ORDER BY count DESC, sqlstate, operation",
                {id});
    for (size_t r = 0; r < errors.size(); ++r) {
        report.error.push_back({errors.text(r, 0), errors.text(r, 1), errors.text(r, 2),
                                errors.text(r, 3), errors.integer(r, 4)});
    }
    const SqlResult checks = run_sql(
        "SELECT check_name, status, expected, actual, detail FROM pg_stress.run_check"
        " WHERE run_id = $1::bigint ORDER BY status <> 'failed', status <> 'passed', check_name",
        {id});
    for (size_t r = 0; r < checks.size(); ++r) {
        report.check.push_back({checks.text(r, 0), checks.text(r, 1), checks.text(r, 2),
                                checks.text(r, 3), checks.text(r, 4)});
    }
    const SqlResult events =
        run_sql("SELECT second, at::text, kind, message FROM"
                " pg_stress.run_event WHERE run_id = $1::bigint ORDER BY number",
                {id});
    for (size_t r = 0; r < events.size(); ++r) {
        report.event.push_back({optional_number(events, r, 0), events.text(r, 1), events.text(r, 2),
                                events.text(r, 3)});
    }
    const SqlResult tables = run_sql(
        "SELECT table_name, rows_before, rows_after, bytes_before, bytes_after, inserted, updated,"
        " deleted FROM pg_stress.run_table WHERE run_id = $1::bigint AND rows_after IS NOT NULL"
        " AND (inserted + updated + deleted > 0 OR bytes_after <> bytes_before)"
        " ORDER BY bytes_after - bytes_before DESC, table_name",
        {id});
    for (size_t r = 0; r < tables.size(); ++r) {
        report.table.push_back({tables.text(r, 0), tables.integer(r, 1), tables.integer(r, 2),
                                tables.integer(r, 3), tables.integer(r, 4), tables.integer(r, 5),
                                tables.integer(r, 6), tables.integer(r, 7)});
    }
    const SqlResult settings = run_sql("SELECT name, before, after, unit FROM pg_stress.run_setting"
                                       " WHERE run_id = $1::bigint AND changed ORDER BY name",
                                       {id});
    for (size_t r = 0; r < settings.size(); ++r) {
        report.setting.push_back(
            {settings.text(r, 0), settings.text(r, 1), settings.text(r, 2), settings.text(r, 3)});
    }
}

void gather_host(core::Report& report, const SqlText& id) {
    const SqlResult facts = run_sql(
        "SELECT name, value FROM pg_stress.run_host WHERE run_id = $1::bigint ORDER BY name", {id});
    for (size_t r = 0; r < facts.size(); ++r) {
        report.host.emplace_back(facts.text(r, 0), facts.text(r, 1));
    }
    const SqlResult means =
        run_sql("SELECT h.key, sum(h.value::float8 * s.width) / sum(s.width)"
                " FROM pg_stress.recorded_server AS s, jsonb_each_text(s.host) AS h"
                " WHERE s.run_id = $1::bigint AND s.second >= 0 GROUP BY h.key ORDER BY h.key",
                {id});
    for (size_t r = 0; r < means.size(); ++r) {
        report.host_mean.emplace_back(means.text(r, 0), means.number(r, 1));
    }
    const int64_t ended = report.operations + report.errors;
    if (ended == 0) {
        return;
    }
    const SqlResult counters =
        run_sql("SELECT v.key || '.' || c.key, sum(c.value::float8)"
                " FROM pg_stress.recorded_server AS s, jsonb_each(s.counters) AS v,"
                " jsonb_each_text(v.value) AS c WHERE s.run_id = $1::bigint AND s.second >= 0"
                " AND (v.key, c.key) IN (('database', 'blks_hit'), ('database', 'blks_read'),"
                " ('database', 'temp_bytes'), ('wal', 'wal_bytes'), ('wal', 'wal_records'))"
                " GROUP BY 1 ORDER BY 1",
                {id});
    for (size_t r = 0; r < counters.size(); ++r) {
        report.server_per_operation.emplace_back(
            counters.text(r, 0), counters.number(r, 1) / static_cast<double>(ended));
    }
}

} // namespace

core::Report gather_report(int64_t run_id) {
    const OwnerRights owner;
    core::Report report;
    report.run_id = run_id;
    const SqlText id = to_text(run_id);
    gather_run(report, id);
    gather_operations(report, id);
    gather_lists(report, id);
    gather_host(report, id);
    return report;
}

} // namespace pg_stress::backend
