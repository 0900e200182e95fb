#include "backend/run_setup.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/generator.hpp"

#include "backend/json.hpp"
#include "backend/settings.hpp"
#include "backend/sql.hpp"
#include "backend/target.hpp"
#include "backend/workload_source.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

void check_name(const std::string& name) {
    if (name.empty() || name.size() > 100 || name[0] == '#' ||
        name.find('*') != std::string::npos) {
        raise(
            ERRCODE_INVALID_PARAMETER_VALUE, "invalid name of a run: \"" + name + "\"", {},
            "Use 1 to 100 bytes, without \"*\" and not beginning with \"#\": these choose runs in "
            "comparisons.");
    }
}

void check_driver(const std::string& driver) {
    if (driver == "pool") {
        raise(ERRCODE_FEATURE_NOT_SUPPORTED, "driver \"pool\" is not part of this release", {},
              "Use driver \"auto\" or \"spi\".");
    }
    if (driver != "auto" && driver != "spi") {
        raise(ERRCODE_INVALID_PARAMETER_VALUE, "unknown driver \"" + driver + "\"", {},
              "The drivers are auto, spi.");
    }
}

void check_duration(double seconds) {
    if (!(seconds >= 1) || seconds > 30 * 86400.0) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE, "invalid duration of a run",
              "It is " + to_text(seconds) + " seconds.", "Use 1 second to 30 days.");
    }
}

core::RunOptions read_options(const core::Value& value) {
    std::vector<std::string> families;
    for (const auto& family : core::operation_families()) {
        families.push_back(family.first);
    }
    core::RunOptions options;
    core::DefinitionError error;
    if (!core::parse_run_options(value, families, options, error)) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE, error.message, error.detail, error.hint);
    }
    if (options.chaos) {
        raise(ERRCODE_FEATURE_NOT_SUPPORTED, "option \"chaos\" is not part of this release", {},
              "Leave it out, or give false.");
    }
    return options;
}

// Loads of their own, which take nothing from the intensity unless asked.
bool is_benchmark(const std::string& expression) {
    return expression == "select_only" || expression == "tpcb";
}

void choose_load(RunPlan& plan, double intensity_think_ms) {
    const auto& options = plan.options;
    if (options.rate) {
        plan.load = core::LoadKind::Open;
        plan.rate = *options.rate;
        plan.arrival = options.arrival.value_or(core::Arrival::Constant);
        plan.bursts.clear();
        return;
    }
    const bool preset = !is_benchmark(plan.workload_expression) && plan.operation_limit == 0;
    plan.think_time_ms = options.think_time_ms.value_or(preset ? intensity_think_ms : 0);
    plan.load = plan.think_time_ms > 0 ? core::LoadKind::Paced : core::LoadKind::Closed;
    if (!preset) {
        plan.bursts.clear();
    }
}

void choose_workers(RunPlan& plan, int most_sessions) {
    const int share = std::max(1, max_worker_processes / 2 - 1); // half, with the coordinator
    const int cap = max_workers_setting() > 0 ? max_workers_setting() : share;
    plan.workers_wanted = most_sessions;
    if (plan.options.spi_workers) {
        plan.workers = *plan.options.spi_workers;
        plan.workers_wanted = plan.workers;
        if (max_workers_setting() > 0 && plan.workers > max_workers_setting()) {
            raise(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
                  "option \"spi_workers\" is over the setting pg_stress.max_workers",
                  std::to_string(plan.workers) + " were asked for, " +
                      std::to_string(max_workers_setting()) + " are allowed.",
                  "Ask for fewer, or have a superuser raise pg_stress.max_workers.");
        }
        return;
    }
    plan.workers = most_sessions > 0 ? std::min(cap, most_sessions) : cap;
}

} // namespace

void apply_intensity(RunPlan& plan, const std::string& intensity) {
    SqlResult row;
    {
        OwnerRights rights;
        row = run_sql(
            "SELECT bursts, pause_seconds[1], pause_seconds[2], think_time_ms, chaos_share, "
            "(SELECT string_agg(name, ', ' ORDER BY name) FROM pg_stress.intensity) "
            "FROM pg_stress.intensity WHERE name = $1",
            {intensity});
        if (row.empty()) {
            const auto names =
                run_sql("SELECT string_agg(name, ', ' ORDER BY name) FROM pg_stress.intensity");
            raise(ERRCODE_UNDEFINED_OBJECT, "unknown intensity \"" + intensity + "\"", {},
                  "The intensities are " + names.text(0, 0) + ".");
        }
    }
    std::vector<core::BurstLevel> levels;
    int most_sessions = 0;
    if (row.at(0, 0)) {
        const core::Value bursts = parse_json(row.text(0, 0));
        for (const auto& level : bursts.items()) {
            const auto field = [&](const char* key) {
                const core::Value* found = level.find(key);
                const auto number = found != nullptr ? found->as_double() : std::nullopt;
                if (!number || *number <= 0) {
                    raise(ERRCODE_INVALID_PARAMETER_VALUE,
                          "intensity \"" + intensity + "\" has an invalid burst",
                          "It is " + level.to_json() + ".",
                          "Each burst needs sessions, seconds and weight above 0.");
                }
                return *number;
            };
            levels.push_back(
                {static_cast<int>(field("sessions")), field("seconds"), field("weight")});
            most_sessions = std::max(most_sessions, levels.back().sessions);
        }
    }
    if (plan.run_id == 0) { // a run that is at work keeps its workers
        choose_workers(plan, most_sessions);
    }
    plan.intensity = intensity;
    plan.chaos_share = row.number(0, 4);
    plan.bursts = core::burst_cycle(levels, row.number(0, 1), row.number(0, 2), plan.duration_s,
                                    plan.workers, plan.seed);
    choose_load(plan, row.number(0, 3));
}

RunPlan make_plan(const StartRequest& request) {
    RunPlan plan;
    plan.name = request.name;
    plan.intensity = request.intensity;
    plan.workload_expression = request.workload;
    plan.driver = request.driver;
    plan.seed = static_cast<uint64_t>(request.seed);
    plan.duration_s = request.duration_s;
    check_name(plan.name);
    check_driver(plan.driver);
    check_duration(plan.duration_s);
    check_target(request.target_null ? std::nullopt : std::optional<std::string>(request.target));
    if (!request.baseline_null) {
        raise(ERRCODE_UNDEFINED_OBJECT,
              "baseline \"" + std::string(request.baseline) + "\" does not exist", {},
              "There are no baselines in this release; leave the argument out.");
    }
    plan.driver = "spi";
    plan.options_value = parse_json(request.options);
    plan.options = read_options(plan.options_value);
    plan.operation_limit = plan.options.operations.value_or(0);
    plan.warmup_s = plan.operation_limit > 0
                        ? 0
                        : plan.options.warmup_s.value_or(std::min(10.0, plan.duration_s / 10));
    plan.role_name = call([&] { return GetUserNameFromId(request.role, false); });
    apply_intensity(plan, plan.intensity);

    plan.runner.seed = plan.seed;
    plan.runner.isolation = plan.options.isolation;
    plan.runner.read_only = plan.options.read_only;
    plan.runner.rollback = plan.options.rollback;
    plan.runner.statement_timeout_ms = plan.options.statement_timeout_ms.value_or(30000);
    plan.runner.lock_timeout_ms = plan.options.lock_timeout_ms.value_or(0);
    plan.runner.max_retries = plan.options.max_retries.value_or(3);

    core::GeneratorOptions generator;
    generator.read_only = plan.options.read_only;
    generator.mix = plan.options.mix;
    generator.schemas = plan.options.schemas;
    generator.include_tables = plan.options.include_tables;
    generator.exclude_tables = plan.options.exclude_tables;
    plan.workload = resolve_workload(plan.workload_expression, generator);

    if (plan.workers_wanted > plan.workers) {
        plan.notes.push_back("The intensity asks for up to " + std::to_string(plan.workers_wanted) +
                             " sessions; " + std::to_string(plan.workers) +
                             " workers ran, of the server's " +
                             std::to_string(max_worker_processes) + " worker slots.");
    }
    if (plan.chaos_share > 0 && plan.load == core::LoadKind::Paced) {
        plan.notes.push_back("The chaos of this intensity is not part of this release.");
    }
    return plan;
}

core::Value describe_setup(const RunPlan& plan) {
    using core::Value;
    static const char* const kLoads[] = {"closed", "paced", "open"};
    Value setup = Value::object();
    setup.set("workers", Value::number(int64_t{plan.workers}));
    setup.set("workers_wanted", Value::number(int64_t{plan.workers_wanted}));
    setup.set("worker_slots", Value::number(int64_t{max_worker_processes}));
    setup.set("load", Value::string(kLoads[static_cast<int>(plan.load)]));
    if (plan.load == core::LoadKind::Open) {
        setup.set("rate", Value::number(plan.rate));
        setup.set("arrival",
                  Value::string(plan.arrival == core::Arrival::Poisson ? "poisson" : "constant"));
    }
    if (plan.load == core::LoadKind::Paced) {
        setup.set("think_time_ms", Value::number(plan.think_time_ms));
    }
    if (plan.operation_limit > 0) {
        setup.set("operation_limit", Value::number(static_cast<int64_t>(plan.operation_limit)));
    }
    Value bursts = Value::array();
    for (const auto& burst : plan.bursts) {
        Value one = Value::object();
        one.set("sessions", Value::number(int64_t{burst.sessions}));
        one.set("seconds", Value::number(std::round(burst.seconds * 1000) / 1000));
        bursts.add(std::move(one));
    }
    setup.set("bursts", std::move(bursts));
    setup.set("isolation",
              Value::string(plan.runner.isolation.empty() ? "default" : plan.runner.isolation));
    setup.set("statement_timeout_ms", Value::number(int64_t{plan.runner.statement_timeout_ms}));
    setup.set("lock_timeout_ms", Value::number(int64_t{plan.runner.lock_timeout_ms}));
    setup.set("max_retries", Value::number(int64_t{plan.runner.max_retries}));
    Value notes = Value::array();
    for (const auto& note : plan.notes) {
        notes.add(Value::string(note));
    }
    setup.set("notes", std::move(notes));
    return setup;
}

} // namespace pg_stress::backend
