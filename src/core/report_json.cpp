// The JSON form of a report. Its keys are a contract: they are added to, never renamed.
#include "core/report.hpp"

namespace pg_stress::core {

namespace {

Value text(const std::string& s) { return s.empty() ? Value() : Value::string(s); }
template <typename T> Value optional(const std::optional<T>& v) {
    return v ? Value::number(*v) : Value();
}

Value percentiles(const Percentiles& p) {
    Value out = Value::object();
    out.set("p50_ms", optional(p.p50));
    out.set("p95_ms", optional(p.p95));
    out.set("p99_ms", optional(p.p99));
    out.set("p999_ms", optional(p.p999));
    out.set("max_ms", Value::number(p.max));
    return out;
}

template <typename Items, typename F> Value list(const Items& items, F&& make) {
    Value out = Value::array();
    for (const auto& item : items) {
        out.add(make(item));
    }
    return out;
}

Value object(std::initializer_list<std::pair<const char*, Value>> members) {
    Value out = Value::object();
    for (const auto& [key, value] : members) {
        out.set(key, value);
    }
    return out;
}

Value strings(const std::vector<std::string>& items) {
    return list(items, [](const std::string& s) { return Value::string(s); });
}

template <typename Pairs, typename F> Value dictionary(const Pairs& pairs, F&& make) {
    Value out = Value::object();
    for (const auto& [key, value] : pairs) {
        out.set(key, make(value));
    }
    return out;
}

Value setup(const Report& r) {
    return object({{"intensity", text(r.intensity)},
                   {"workload", text(r.workload)},
                   {"driver", text(r.driver)},
                   {"role", text(r.role)},
                   {"seed", Value::number(r.seed)},
                   {"server_version", text(r.server_version)},
                   {"options", r.options},
                   {"load", text(r.load)},
                   {"rate", optional(r.rate)},
                   {"arrival", text(r.arrival)},
                   {"think_time_ms", optional(r.think_time_ms)},
                   {"workers", Value::number(int64_t{r.workers})},
                   {"workers_wanted", Value::number(int64_t{r.workers_wanted})},
                   {"warmup_s", Value::number(r.warmup_s)},
                   {"accepted_at", text(r.accepted_at)},
                   {"finished_at", text(r.finished_at)},
                   {"notes", strings(r.notes)}});
}

Value figures(const Report& r) {
    Value out = object({{"measured_s", Value::number(r.measured_s)},
                        {"operations", Value::number(r.operations)},
                        {"errors", Value::number(r.errors)},
                        {"retries", Value::number(r.retries)},
                        {"empty", Value::number(r.empty)},
                        {"tps", Value::number(r.tps)}});
    const Value response = percentiles(r.response);
    for (const auto& [key, value] : response.members()) {
        out.set(key, value);
    }
    out.set("start_lag_p99_ms", optional(r.start_lag_p99));
    out.set("corrected_p99_ms", optional(r.corrected_p99));
    return out;
}

Value operation(const Report::Operation& o) {
    Value out = object({{"operation", Value::string(o.name)},
                        {"family", text(o.family)},
                        {"driver", text(o.driver)},
                        {"calls", Value::number(o.calls)},
                        {"errors", Value::number(o.errors)},
                        {"retries", Value::number(o.retries)},
                        {"empty", Value::number(o.empty)},
                        {"rows", Value::number(o.rows)},
                        {"tps", Value::number(o.tps)},
                        {"time_share", optional(o.time_share)},
                        {"mean_ms", optional(o.mean)}});
    const Value response = percentiles(o.response);
    for (const auto& [key, value] : response.members()) {
        if (key != "p999_ms") {
            out.set(key, value);
        }
    }
    out.set("suspended", Value::boolean(o.suspended));
    return out;
}

} // namespace

std::string report_json(const Report& r) {
    Value out = Value::object();
    out.set("run_id", Value::number(r.run_id));
    out.set("name", Value::string(r.name));
    out.set("verdict", text(r.verdict));
    out.set("verdict_reasons", strings(r.verdict_reasons));
    out.set("state", text(r.state));
    out.set("reason", text(r.reason));
    out.set("note", text(r.note));
    out.set("setup", setup(r));
    out.set("figures", figures(r));
    out.set("counts", object({{"scheduled", optional(r.scheduled)},
                              {"done", optional(r.done)},
                              {"failed", optional(r.failed)},
                              {"missed", optional(r.missed)},
                              {"unfinished", optional(r.unfinished)}}));
    out.set("operations", list(r.operation, operation));
    out.set("waits", list(r.wait, [](const Report::Wait& w) {
                return object({{"type", Value::string(w.type)},
                               {"event", Value::string(w.event)},
                               {"samples", Value::number(w.samples)},
                               {"share", Value::number(w.share)}});
            }));
    out.set("errors", list(r.error, [](const Report::Error& e) {
                return object({{"class", Value::string(e.failure_class)},
                               {"sqlstate", Value::string(e.sqlstate)},
                               {"operation", Value::string(e.operation)},
                               {"count", Value::number(e.count)},
                               {"message", Value::string(e.message)}});
            }));
    out.set("checks", list(r.check, [](const Report::Check& c) {
                return object({{"check_name", Value::string(c.name)},
                               {"status", Value::string(c.status)},
                               {"expected", text(c.expected)},
                               {"actual", text(c.actual)},
                               {"detail", text(c.detail)}});
            }));
    out.set("events", list(r.event, [](const Report::Event& e) {
                return object({{"second", optional(e.second)},
                               {"at", text(e.at)},
                               {"kind", Value::string(e.kind)},
                               {"message", Value::string(e.message)}});
            }));
    out.set("tables", list(r.table, [](const Report::Table& t) {
                return object({{"table_name", Value::string(t.name)},
                               {"rows_before", Value::number(t.rows_before)},
                               {"rows_after", Value::number(t.rows_after)},
                               {"bytes_before", Value::number(t.bytes_before)},
                               {"bytes_after", Value::number(t.bytes_after)},
                               {"inserted", Value::number(t.inserted)},
                               {"updated", Value::number(t.updated)},
                               {"deleted", Value::number(t.deleted)}});
            }));
    out.set("settings_changed", list(r.setting, [](const Report::Setting& s) {
                return object({{"name", Value::string(s.name)},
                               {"before", text(s.before)},
                               {"after", text(s.after)},
                               {"unit", text(s.unit)}});
            }));
    out.set("host", dictionary(r.host, [](const std::string& v) { return Value::string(v); }));
    out.set("host_mean", dictionary(r.host_mean, [](double v) { return Value::number(v); }));
    out.set("server_per_operation",
            dictionary(r.server_per_operation, [](double v) { return Value::number(v); }));
    out.set("left_out", list(r.left_out, [](const Report::LeftOut& l) {
                return object({{"family", Value::string(l.family)},
                               {"constraint", text(l.constraint)},
                               {"reason", Value::string(l.reason)},
                               {"objects", strings(l.objects)}});
            }));
    out.set("own_share", object({{"tool_cpu_s", optional(r.tool_cpu_s)},
                                 {"coordinator_cpu_s", optional(r.coordinator_cpu_s)},
                                 {"wal_bytes", optional(r.tool_wal_bytes)},
                                 {"other_share", optional(r.other_share)},
                                 {"steal_share", optional(r.steal_share)}}));
    return out.to_json();
}

} // namespace pg_stress::core
