// A run's report as plain data, and its writers. Zone: core.
//
// The backend gathers a Report once; every format is written from it, so that no format knows more
// than another. Durations are in ms unless the name says otherwise; absent: not known, or too few
// values for that percentile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/value.hpp"

namespace pg_stress::core {

struct Percentiles {
    std::optional<double> p50, p95, p99, p999;
    double max = 0;
};

struct Report {
    int64_t run_id = 0;
    std::string name, state, reason, note;
    std::string verdict; // "" while the run goes on, or when it was lost
    std::vector<std::string> verdict_reasons;

    // what ran
    std::string intensity, workload, driver, role, server_version;
    int64_t seed = 0;
    Value options = Value::object();
    std::string accepted_at, finished_at;
    std::string load; // closed, paced, open
    std::optional<double> rate, think_time_ms;
    std::string arrival;
    int workers = 0, workers_wanted = 0;
    double warmup_s = 0, measured_s = 0;
    std::vector<std::string> notes;

    // figures of the measured part
    int64_t operations = 0, errors = 0, retries = 0, empty = 0;
    double tps = 0;
    Percentiles response;
    std::optional<double> start_lag_p99, corrected_p99;
    // counts of the whole run
    std::optional<int64_t> scheduled, done, failed, missed, unfinished;

    struct Operation {
        std::string name, family, driver;
        int64_t calls = 0, errors = 0, retries = 0, empty = 0, rows = 0;
        double tps = 0;
        std::optional<double> mean, time_share; // share of all response time
        Percentiles response;
        bool suspended = false;
    };
    std::vector<Operation> operation; // largest share first

    struct Wait {
        std::string type, event;
        int64_t samples = 0;
        double share = 0;
    };
    std::vector<Wait> wait;

    struct Error {
        std::string failure_class, sqlstate, operation, message;
        int64_t count = 0;
    };
    std::vector<Error> error;

    struct Check {
        std::string name, status, expected, actual, detail;
    };
    std::vector<Check> check;

    struct Event {
        std::optional<double> second; // of the measured part
        std::string at, kind, message;
    };
    std::vector<Event> event;

    struct Table {
        std::string name;
        int64_t rows_before = 0, rows_after = 0, bytes_before = 0, bytes_after = 0;
        int64_t inserted = 0, updated = 0, deleted = 0;
    };
    std::vector<Table> table; // those that changed

    struct Setting {
        std::string name, before, after, unit;
    };
    std::vector<Setting> setting; // those that changed during the run

    std::vector<std::pair<std::string, std::string>> host; // facts
    std::vector<std::pair<std::string, double>> host_mean; // figures, mean of the measured part
    std::vector<std::pair<std::string, double>> server_per_operation; // counters, by operation

    struct LeftOut {
        std::string family, constraint, reason;
        std::vector<std::string> objects;
    };
    std::vector<LeftOut> left_out; // grouped, the largest group first

    std::optional<double> tool_cpu_s, coordinator_cpu_s, other_share, steal_share;
    std::optional<int64_t> tool_wal_bytes;
};

std::string report_text(const Report& report);
std::string report_markdown(const Report& report);
std::string report_json(const Report& report);

// ---- what text and markdown are made of

struct ReportTable {
    std::vector<std::string> head;
    std::vector<bool> number; // right-aligned
    std::vector<std::vector<std::string>> rows;
};

struct ReportSection {
    std::string title;
    std::vector<std::string> lines;   // before the table
    ReportTable table;                // head empty: none
    std::vector<std::string> remarks; // after it
};

/** The title line and the sections, in order. Empty sections are left out. */
std::string report_title(const Report& report);
std::vector<ReportSection> report_sections(const Report& report);

/** Three significant digits, as far as a person reads them: 0.123, 4.56, 78.9, 1234. */
std::string readable(double value);
std::string readable_bytes(int64_t bytes); // 1.5 MB

} // namespace pg_stress::core
