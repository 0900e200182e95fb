// The options of start_test, read and checked. Zone: core.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/pace.hpp"
#include "core/value.hpp"

namespace pg_stress::core {

struct RunOptions { // absent: the intensity or the default decides
    std::optional<int> spi_workers;
    std::optional<double> rate; // per second
    std::optional<Arrival> arrival;
    std::optional<uint64_t> operations;
    std::optional<double> warmup_s, think_time_ms;
    std::string isolation; // "" or one of PostgreSQL's level names, lower case
    std::optional<int> max_retries, statement_timeout_ms, lock_timeout_ms;
    std::map<std::string, double> mix;
    std::vector<std::string> schemas, include_tables, exclude_tables;
    bool read_only = false, rollback = false, force = false;
    bool chaos = false; // asked for: true or a share above 0
};

/** Families are checked against `families` (their names) when mix is given. Unknown keys, wrong
    types and values out of range give an error whose hint lists what is valid. */
bool parse_run_options(const Value& value, const std::vector<std::string>& families,
                       RunOptions& options, DefinitionError& error);

} // namespace pg_stress::core
