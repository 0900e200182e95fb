// What text and markdown reports say, section by section. Zone: core.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>

#include "core/report.hpp"

namespace pg_stress::core {

namespace {

constexpr size_t kMostOperations = 40, kMostWaits = 15, kMostErrors = 20, kMostEvents = 40,
                 kMostTables = 30, kMostLeftOut = 20, kMostObjects = 5;

std::string decimals(double value, int digits) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
    return buffer;
}

std::string number(int64_t n) { return std::to_string(n); }
std::string plural(int64_t n, const char* what) {
    return number(n) + " " + what + (n == 1 ? "" : "s");
}
std::string optional_number(const std::optional<int64_t>& n) { return n ? number(*n) : "?"; }
std::string optional_ms(const std::optional<double>& v) { return v ? readable(*v) : "-"; }
std::string percent(double share) { return decimals(100 * share, 1) + " %"; }

void more(ReportSection& section, size_t shown, size_t all, const char* what) {
    if (all > shown) {
        section.remarks.push_back("... and " + std::to_string(all - shown) + " more " + what + ".");
    }
}

std::string load_line(const Report& r) {
    if (r.load == "open") {
        return "Open loop, " + (r.rate ? readable(*r.rate) : "?") + " operations/s, " +
               (r.arrival.empty() ? "constant" : r.arrival) +
               " arrivals; response times count from the scheduled start.";
    }
    if (r.load == "paced") {
        return "Paced sessions, mean think time " +
               (r.think_time_ms ? readable(*r.think_time_ms) : "?") +
               " ms between starts; response times count from the intended start.";
    }
    return "Closed loop: a session starts its next operation when the last one has ended. Arrivals "
           "that would have waited behind a slow operation are not seen.";
}

ReportSection what_ran(const Report& r) {
    ReportSection s{"What ran", {}, {}, {}};
    s.lines.push_back("Workload " + r.workload + ", intensity " + r.intensity + ", driver " +
                      r.driver + ", seed " + number(r.seed) + ", as role " + r.role + ".");
    if (r.workers > 0) {
        std::string line = plural(r.workers, "SPI worker");
        if (r.workers_wanted > r.workers) {
            line += " (the intensity asks for " + number(r.workers_wanted) +
                    " sessions; worker slots set the limit)";
        }
        s.lines.push_back(line + ".");
    }
    if (!r.load.empty()) {
        s.lines.push_back(load_line(r));
    }
    s.lines.push_back(decimals(r.measured_s, 1) + " s measured after " + decimals(r.warmup_s, 1) +
                      " s of warm-up; PostgreSQL " + r.server_version + ".");
    if (r.driver.find("spi") != std::string::npos) {
        s.lines.push_back("SPI measures the engine: network, protocol, parse, bind and "
                          "authentication are not in these figures.");
    }
    if (!r.options.members().empty()) {
        s.lines.push_back("Options: " + r.options.to_json());
    }
    s.lines.insert(s.lines.end(), r.notes.begin(), r.notes.end());
    if (!r.note.empty()) {
        s.lines.push_back("Note: " + r.note);
    }
    return s;
}

ReportSection figures(const Report& r) {
    ReportSection s{"Figures", {}, {}, {}};
    s.lines.push_back(plural(r.operations, "operation") + ", " + readable(r.tps) + "/s; " +
                      plural(r.errors, "error") + ", retried " + plural(r.retries, "time") + ", " +
                      number(r.empty) + " found nothing to do.");
    s.table.head = {"response, ms", "p50", "p95", "p99", "p99.9", "max"};
    s.table.number = {false, true, true, true, true, true};
    s.table.rows.push_back({"all operations", optional_ms(r.response.p50),
                            optional_ms(r.response.p95), optional_ms(r.response.p99),
                            optional_ms(r.response.p999), readable(r.response.max)});
    if (!r.response.p50 || !r.response.p95 || !r.response.p99 || !r.response.p999) {
        s.remarks.push_back("-: fewer than ten operations lie above that percentile.");
    }
    if (r.start_lag_p99 && r.load != "closed") {
        s.remarks.push_back("Starts were up to " + readable(*r.start_lag_p99) + " ms late (p99).");
    }
    if (r.load == "closed" && r.corrected_p99 && r.response.p99 &&
        *r.corrected_p99 > 2 * *r.response.p99) {
        s.remarks.push_back("Corrected for coordinated omission, p99 would be about " +
                            readable(*r.corrected_p99) + " ms.");
    }
    if (r.scheduled) {
        s.remarks.push_back("Whole run: " + number(*r.scheduled) +
                            " scheduled = " + optional_number(r.done) + " done + " +
                            optional_number(r.failed) + " failed + " + optional_number(r.missed) +
                            " missed + " + optional_number(r.unfinished) + " unfinished.");
    }
    return s;
}

ReportSection operations(const Report& r) {
    ReportSection s{"Operations", {}, {}, {}};
    if (r.operation.empty()) {
        return s;
    }
    s.table.head = {"operation", "time",    "calls", "/s",  "errors", "empty",
                    "rows",      "mean ms", "p50",   "p95", "p99",    "max"};
    s.table.number = {false, true, true, true, true, true, true, true, true, true, true, true};
    for (const auto& o : r.operation) {
        if (s.table.rows.size() == kMostOperations) {
            break;
        }
        s.table.rows.push_back({o.name, o.time_share ? percent(*o.time_share) : "-",
                                number(o.calls), readable(o.tps), number(o.errors), number(o.empty),
                                number(o.rows), optional_ms(o.mean), optional_ms(o.response.p50),
                                optional_ms(o.response.p95), optional_ms(o.response.p99),
                                readable(o.response.max)});
    }
    more(s, s.table.rows.size(), r.operation.size(), "operations");
    for (const auto& o : r.operation) {
        if (o.suspended) {
            s.remarks.push_back(o.name + " was given up after failures without end.");
        }
    }
    return s;
}

ReportSection waits(const Report& r) {
    ReportSection s{"Waits", {}, {}, {}};
    if (r.wait.empty()) {
        return s;
    }
    s.lines.push_back("What workers waited for while they executed operations, sampled.");
    s.table.head = {"type", "event", "samples", "share"};
    s.table.number = {false, false, true, true};
    for (const auto& w : r.wait) {
        if (s.table.rows.size() == kMostWaits) {
            break;
        }
        s.table.rows.push_back({w.type, w.event, number(w.samples), percent(w.share)});
    }
    more(s, s.table.rows.size(), r.wait.size(), "events");
    return s;
}

ReportSection errors(const Report& r) {
    ReportSection s{"Errors", {}, {}, {}};
    if (r.error.empty()) {
        return s;
    }
    s.table.head = {"class", "SQLSTATE", "count", "operation", "first message"};
    s.table.number = {false, false, true, false, false};
    for (const auto& e : r.error) {
        if (s.table.rows.size() == kMostErrors) {
            break;
        }
        s.table.rows.push_back(
            {e.failure_class, e.sqlstate, number(e.count), e.operation, e.message});
    }
    more(s, s.table.rows.size(), r.error.size(), "kinds of error");
    return s;
}

ReportSection checks(const Report& r) {
    ReportSection s{"Checks", {}, {}, {}};
    if (r.check.empty()) {
        return s;
    }
    s.table.head = {"check", "status", "ours", "the server's"};
    s.table.number = {false, false, true, true};
    for (const auto& c : r.check) {
        s.table.rows.push_back({c.name, c.status, c.expected, c.actual});
        if (!c.detail.empty()) {
            s.remarks.push_back(c.name + ": " + c.detail);
        }
    }
    return s;
}

ReportSection events(const Report& r) {
    ReportSection s{"Events", {}, {}, {}};
    if (r.event.empty()) {
        return s;
    }
    s.table.head = {"second", "kind", "event"};
    s.table.number = {true, false, false};
    for (const auto& e : r.event) {
        if (s.table.rows.size() == kMostEvents) {
            break;
        }
        s.table.rows.push_back({e.second ? decimals(*e.second, 1) : "-", e.kind, e.message});
    }
    more(s, s.table.rows.size(), r.event.size(), "events");
    return s;
}

ReportSection tables(const Report& r) {
    ReportSection s{"Tables that changed", {}, {}, {}};
    if (r.table.empty()) {
        return s;
    }
    s.table.head = {"table",      "inserted",   "updated", "deleted",
                    "rows after", "size after", "grown by"};
    s.table.number = {false, true, true, true, true, true, true};
    for (const auto& t : r.table) {
        if (s.table.rows.size() == kMostTables) {
            break;
        }
        s.table.rows.push_back({t.name, number(t.inserted), number(t.updated), number(t.deleted),
                                number(t.rows_after), readable_bytes(t.bytes_after),
                                readable_bytes(t.bytes_after - t.bytes_before)});
    }
    more(s, s.table.rows.size(), r.table.size(), "tables");
    return s;
}

ReportSection settings(const Report& r) {
    ReportSection s{"Settings that changed during the run", {}, {}, {}};
    if (r.setting.empty()) {
        return s;
    }
    s.table.head = {"setting", "before", "after", "unit"};
    s.table.number = {false, false, false, false};
    for (const auto& x : r.setting) {
        s.table.rows.push_back({x.name, x.before, x.after, x.unit});
    }
    return s;
}

ReportSection host(const Report& r) {
    ReportSection s{"Host and server", {}, {}, {}};
    const auto join = [](const auto& pairs, auto&& value) {
        std::string line;
        for (const auto& [name, figure] : pairs) {
            line += (line.empty() ? "" : ", ") + name + " " + value(figure);
        }
        return line;
    };
    if (!r.host.empty()) {
        s.lines.push_back(join(r.host, [](const std::string& v) { return v; }) + ".");
    }
    if (!r.host_mean.empty()) {
        s.lines.push_back("Mean while measured: " +
                          join(r.host_mean, [](double v) { return readable(v); }) + ".");
    }
    if (!r.server_per_operation.empty()) {
        s.lines.push_back("The server's counters per operation: " +
                          join(r.server_per_operation, [](double v) { return readable(v); }) + ".");
    }
    return s;
}

ReportSection left_out(const Report& r) {
    ReportSection s{"Left out", {}, {}, {}};
    size_t shown = 0;
    size_t all = 0;
    for (const auto& group : r.left_out) {
        all += group.objects.size();
        if (s.lines.size() == kMostLeftOut) {
            continue;
        }
        shown += group.objects.size();
        std::string line = group.family + ": " + group.reason;
        if (!group.constraint.empty()) {
            line += " (" + group.constraint + ")";
        }
        line += ": ";
        for (size_t i = 0; i < group.objects.size() && i < kMostObjects; ++i) {
            line += (i > 0 ? ", " : "") + group.objects[i];
        }
        if (group.objects.size() > kMostObjects) {
            line += " and " + std::to_string(group.objects.size() - kMostObjects) + " more";
        }
        s.lines.push_back(line);
    }
    more(s, shown, all, "left out");
    return s;
}

ReportSection own_share(const Report& r) {
    ReportSection s{"The tool's own share", {}, {}, {}};
    if (r.coordinator_cpu_s && r.tool_cpu_s) {
        s.lines.push_back("Coordinator " + readable(*r.coordinator_cpu_s) +
                          " s of processor time, workers " +
                          readable(*r.tool_cpu_s - *r.coordinator_cpu_s) +
                          " s (in SPI workers the engine's work is included).");
    }
    if (r.tool_wal_bytes) {
        s.lines.push_back("WAL for samples and results: " + readable_bytes(*r.tool_wal_bytes) +
                          ".");
    }
    return s;
}

} // namespace

std::string readable(double value) {
    const double size = std::fabs(value);
    if (size == 0) {
        return "0";
    }
    return decimals(value, size < 0.01 ? 4 : size < 1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0);
}

std::string readable_bytes(int64_t bytes) {
    static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
    double value = static_cast<double>(bytes);
    size_t unit = 0;
    while (std::fabs(value) >= 1024 && unit < 4) {
        value /= 1024;
        ++unit;
    }
    return (unit == 0 ? number(bytes) : readable(value)) + " " + kUnits[unit];
}

std::string report_title(const Report& r) {
    std::string verdict = r.verdict.empty() ? "no verdict" : r.verdict;
    if (r.state != "completed") {
        verdict += ", " + r.state + (r.reason.empty() ? "" : " (" + r.reason + ")");
    }
    return "Run " + number(r.run_id) + " \"" + r.name + "\": " + verdict;
}

std::vector<ReportSection> report_sections(const Report& r) {
    std::vector<ReportSection> out;
    out.push_back({"Verdict", r.verdict_reasons, {}, {}});
    for (auto* make : {what_ran, figures, operations, waits, errors, checks, events, tables,
                       settings, host, left_out, own_share}) {
        out.push_back(make(r));
    }
    std::erase_if(out, [](const ReportSection& s) {
        return s.lines.empty() && s.table.rows.empty() && s.remarks.empty();
    });
    return out;
}

} // namespace pg_stress::core
