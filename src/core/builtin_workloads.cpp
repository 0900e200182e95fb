// The workloads of pgbench, on pgbench's tables. Zone: core.
#include <algorithm>
#include <cstdint>

#include "core/generator.hpp"

namespace pg_stress::core {

namespace {

constexpr double kAccounts = 100000, kTellers = 10, kBranches = 1; // of one unit of scale
constexpr double kDelta = 5000;

Source random_as(const char* name, double low, double high) {
    Source source;
    source.kind = SourceKind::Random;
    source.low = low;
    source.high = high;
    source.as = name;
    return source;
}

Source same(const char* name) {
    Source source;
    source.kind = SourceKind::Same;
    source.same = name;
    return source;
}

Operation operation_of(const char* name, std::vector<Step> steps,
                       const std::vector<const char*>& tables, const std::string& schema) {
    Operation operation;
    operation.name = operation.family = name;
    operation.steps = std::move(steps);
    for (const char* table : tables) {
        operation.tables.push_back(quote_name(schema) + "." + table);
    }
    complete_from_text(operation);
    return operation;
}

Step step_of(std::string sql, std::vector<Source> parameters) {
    Step step;
    step.sql = std::move(sql);
    step.parameters = std::move(parameters);
    return step;
}

} // namespace

Workload select_only_workload(int64_t accounts, const std::string& schema) {
    const std::string dot = quote_name(schema) + ".";
    Workload workload;
    workload.name = "select_only";
    Source aid = random_as("aid", 1, static_cast<double>(std::max<int64_t>(accounts, 1)));
    workload.operations.push_back(operation_of(
        "select_only",
        {step_of("SELECT abalance FROM " + dot + "pgbench_accounts WHERE aid = $1", {aid})},
        {"pgbench_accounts"}, schema));
    return workload;
}

Workload tpcb_workload(int64_t scale, const std::string& schema) {
    const std::string dot = quote_name(schema) + ".";
    const auto units = static_cast<double>(std::max<int64_t>(scale, 1));
    Workload workload;
    workload.name = "tpcb";
    workload.operations.push_back(operation_of(
        "tpcb",
        {step_of("UPDATE " + dot + "pgbench_accounts SET abalance = abalance + $1 WHERE aid = $2",
                 {random_as("delta", -kDelta, kDelta), random_as("aid", 1, kAccounts * units)}),
         step_of("SELECT abalance FROM " + dot + "pgbench_accounts WHERE aid = $1", {same("aid")}),
         step_of("UPDATE " + dot + "pgbench_tellers SET tbalance = tbalance + $1 WHERE tid = $2",
                 {same("delta"), random_as("tid", 1, kTellers * units)}),
         step_of("UPDATE " + dot + "pgbench_branches SET bbalance = bbalance + $1 WHERE bid = $2",
                 {same("delta"), random_as("bid", 1, kBranches * units)}),
         step_of("INSERT INTO " + dot +
                     "pgbench_history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, "
                     "CURRENT_TIMESTAMP)",
                 {same("tid"), same("bid"), same("aid"), same("delta")})},
        {"pgbench_accounts", "pgbench_tellers", "pgbench_branches", "pgbench_history"}, schema));
    return workload;
}

} // namespace pg_stress::core
