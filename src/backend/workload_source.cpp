#include "backend/workload_source.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "backend/catalog_reader.hpp"
#include "backend/guard.hpp"
#include "backend/json.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr const char* kGenerated[] = {"auto", "orm", "sql"};
constexpr const char* kPgbench[] = {"select_only", "tpcb"};
constexpr const char* kReserved[] = {"write_load", "orchestration", "replay", "run"};
constexpr double kShareOfEach = 100; // of workloads that run together

template <size_t N> bool is_one_of(const char* const (&names)[N], const std::string& name) {
    return std::any_of(std::begin(names), std::end(names),
                       [&](const char* one) { return name == one; });
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) {
        out += (out.empty() ? "" : ", ") + name;
    }
    return out;
}

std::string valid_names() {
    std::vector<std::string> names = {"auto", "orm", "sql", "select_only", "tpcb"};
    OwnerRights rights;
    const SqlResult rows =
        run_sql("SELECT name FROM pg_stress.workload ORDER BY name LIMIT 100", {}, true);
    for (size_t i = 0; i < rows.size(); ++i) {
        names.push_back(rows.text(i, 0));
    }
    names.push_back("run:ID");
    return joined(names);
}

void check_options(const core::SchemaModel& model, const core::GeneratorOptions& options) {
    const auto& families = core::operation_families();
    for (const auto& entry : options.mix) {
        const bool known = std::any_of(families.begin(), families.end(), [&](const auto& family) {
            return family.first == entry.first;
        });
        if (!known) {
            std::vector<std::string> names;
            for (const auto& family : families) {
                names.push_back(family.first);
            }
            raise(ERRCODE_INVALID_PARAMETER_VALUE,
                  "unknown family of operations \"" + entry.first + "\"", {},
                  "The families are " + joined(names) + ".");
        }
    }
    const auto unknown = core::unknown_names(model, options);
    if (!unknown.empty()) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE,
              "unknown table or schema in the options: " + joined(unknown), {},
              "Tables are named as schema.table; the view pg_stress.schema_table lists them.");
    }
}

/** Which of the tables that may be empty have rows. */
std::map<uint32_t, bool> look_for_rows(const core::SchemaModel& model) {
    constexpr double kSmallBytes = 1e6;                // indexes of an empty table included
    constexpr size_t kAtOnce = 100, kMostTables = 300; // each stays locked
    std::vector<const core::Table*> small;
    for (const core::Table& table : model.tables) {
        if (table.can_select && table.kind != core::TableKind::Foreign &&
            (table.rows < 1 || table.bytes < kSmallBytes) && small.size() < kMostTables) {
            small.push_back(&table);
        }
    }
    std::map<uint32_t, bool> found;
    for (size_t from = 0; from < small.size(); from += kAtOnce) {
        const size_t to = std::min(small.size(), from + kAtOnce);
        std::string sql = "SELECT";
        for (size_t i = from; i < to; ++i) {
            sql += (i == from ? "" : ",") + std::string(" EXISTS (SELECT FROM ") +
                   small[i]->quoted() + ")";
        }
        const SqlResult row = run_sql(sql, {}, true);
        for (size_t i = from; i < to; ++i) {
            found[small[i]->oid] = row.boolean(0, i - from);
        }
    }
    return found;
}

core::Workload generated(const std::string& name, core::GeneratorOptions options) {
    const core::SchemaModel& model = current_model(false);
    check_options(model, options);
    options.orm = name != "sql";
    options.sql = name != "orm";
    options.has_rows = look_for_rows(model);
    return core::generate_workload(model, options);
}

/** pgbench's tables, where they are; public first. */
core::Workload pgbench(const std::string& name) {
    const core::SchemaModel& model = current_model(false);
    std::string schema;
    for (const core::Table& table : model.tables) {
        const bool complete = table.name == "pgbench_accounts" &&
                              model.find_table(table.schema, "pgbench_branches") >= 0;
        if (complete && (schema.empty() || table.schema == "public")) {
            schema = table.schema;
        }
    }
    if (schema.empty()) {
        raise(ERRCODE_UNDEFINED_TABLE, "the tables of pgbench do not exist in this database", {},
              "Make them with \"pgbench -i\", or choose another workload.");
    }
    const std::string branches = core::quote_name(schema) + ".pgbench_branches";
    const int64_t scale =
        run_sql("SELECT pg_catalog.count(*) FROM " + branches, {}, true).integer(0, 0);
    constexpr int64_t kAccountsOfABranch = 100000;
    return name == "tpcb" ? core::tpcb_workload(scale, schema)
                          : core::select_only_workload(scale * kAccountsOfABranch, schema);
}

core::Value definition_from(const std::string& json) {
    const char* text = json.c_str();
    return value_from_jsonb(
        call([&] { return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text))); }));
}

core::Workload parsed(const std::string& json) {
    core::Workload workload;
    core::DefinitionError error;
    if (!core::parse_workload(definition_from(json), workload, error)) {
        raise_definition_error(error);
    }
    return workload;
}

/** SQL of a role runs with the caller's rights: it must be of the caller, of a superuser, or of a
    role that has all of the caller's rights already. */
void require_trusted(const std::string& owner, const std::string& what) {
    const char* name = owner.c_str();
    const bool trusted = call([&] {
        const Oid role = get_role_oid(name, true);
        return OidIsValid(role) &&
               (role == GetUserId() || superuser_arg(role) || has_privs_of_role(role, GetUserId()));
    });
    if (!trusted) {
        raise(ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied for " + what,
              "Role \"" + owner + "\" wrote it, and it would run with the rights of the caller.",
              "Read it with pg_stress.operations, and create it under a name of your own.");
    }
}

core::Workload of_run(const std::string& number) {
    SqlText json, owner;
    const bool digits =
        !number.empty() && number.size() <= 18 &&
        std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits) {
        OwnerRights rights;
        const SqlResult rows =
            run_sql("SELECT workload_definition, role_name FROM pg_stress.recorded_run "
                    "WHERE run_id = $1::bigint",
                    {number}, true);
        json = rows.empty() ? std::nullopt : rows.at(0, 0);
        owner = rows.empty() ? std::nullopt : rows.at(0, 1);
    }
    if (owner) {
        require_trusted(*owner, "the workload of run " + number);
    }
    if (!json) {
        raise(ERRCODE_UNDEFINED_OBJECT, "run " + number + " does not exist", {},
              "The view pg_stress.run lists the runs that are kept.");
    }
    return parsed(*json);
}

core::Workload of_user(const std::string& name) {
    SqlText json, owner;
    {
        OwnerRights rights;
        const SqlResult rows = run_sql(
            "SELECT definition, owner FROM pg_stress.workload WHERE name = $1", {name}, true);
        json = rows.empty() ? std::nullopt : rows.at(0, 0);
        owner = rows.empty() ? std::nullopt : rows.at(0, 1);
    }
    if (owner) {
        require_trusted(*owner, "workload \"" + name + "\"");
    }
    if (!json) {
        raise(ERRCODE_UNDEFINED_OBJECT, "workload \"" + name + "\" does not exist", {},
              "The workloads are " + valid_names() +
                  "; several run together when joined by \"+\".");
    }
    return parsed(*json);
}

/** The mix and read_only for operations that were not made from the schema. */
void apply_options(core::Workload& workload, const core::GeneratorOptions& options) {
    std::map<std::string, double> sum;
    for (const auto& operation : workload.operations) {
        sum[operation.family] += operation.weight;
    }
    std::vector<core::Operation> kept;
    for (auto& operation : workload.operations) {
        const auto mixed = options.mix.find(operation.family);
        if (options.read_only && operation.writes) {
            workload.left_out.push_back(
                {operation.name, operation.family, "", "the option read_only is set"});
        } else if (mixed == options.mix.end() || mixed->second > 0) {
            if (mixed != options.mix.end()) {
                operation.weight *= mixed->second / sum[operation.family];
            }
            kept.push_back(std::move(operation));
        }
    }
    workload.operations = std::move(kept);
}

core::Workload resolve_one(const std::string& name, const core::GeneratorOptions& options) {
    if (is_one_of(kGenerated, name)) {
        return generated(name, options);
    }
    core::Workload workload;
    if (is_one_of(kPgbench, name)) {
        workload = pgbench(name);
    } else if (name.rfind("run:", 0) == 0) {
        workload = of_run(name.substr(4));
    } else {
        workload = of_user(name);
    }
    apply_options(workload, options);
    return workload;
}

std::vector<std::string> split(const std::string& expression) {
    std::vector<std::string> names;
    size_t from = 0;
    for (;;) {
        const size_t plus = expression.find('+', from);
        std::string name = expression.substr(from, plus == std::string::npos ? plus : plus - from);
        const size_t first = name.find_first_not_of(' ');
        name = first == std::string::npos
                   ? ""
                   : name.substr(first, name.find_last_not_of(' ') - first + 1);
        names.push_back(std::move(name));
        if (plus == std::string::npos) {
            return names;
        }
        from = plus + 1;
    }
}

} // namespace

core::Workload resolve_workload(const std::string& expression,
                                const core::GeneratorOptions& options) {
    const std::vector<std::string> names = split(expression);
    if (std::set<std::string>(names.begin(), names.end()).size() != names.size()) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE,
              "a workload is named twice in \"" + expression + "\"");
    }
    if (names.size() == 1) {
        core::Workload workload = resolve_one(names[0], options);
        workload.name = expression;
        return workload;
    }
    core::Workload all;
    all.name = expression;
    for (const std::string& name : names) {
        core::Workload one = resolve_one(name, options);
        double sum = 0;
        for (const auto& operation : one.operations) {
            sum += operation.weight;
        }
        for (auto& operation : one.operations) {
            operation.name = name + ": " + operation.name;
            operation.weight *= kShareOfEach / sum;
            all.operations.push_back(std::move(operation));
        }
        for (auto& left_out : one.left_out) {
            all.left_out.push_back(std::move(left_out));
        }
    }
    return all;
}

void check_workload_name(const std::string& name) {
    if (is_one_of(kGenerated, name) || is_one_of(kPgbench, name) || is_one_of(kReserved, name)) {
        raise(ERRCODE_RESERVED_NAME, "\"" + name + "\" is the name of a built-in workload", {},
              "Choose another name than auto, orm, sql, select_only, tpcb, write_load, "
              "orchestration, replay, run.");
    }
    const bool spaced = !name.empty() && (name.front() == ' ' || name.back() == ' ');
    if (name.empty() || spaced || name.find_first_of("+:") != std::string::npos) {
        raise(ERRCODE_INVALID_NAME, "\"" + name + "\" cannot be the name of a workload", {},
              "A name is not empty, has no space at its ends and holds neither \"+\" nor \":\".");
    }
}

void raise_definition_error(const core::DefinitionError& error) {
    raise(ERRCODE_INVALID_PARAMETER_VALUE, error.message, error.detail, error.hint);
}

} // namespace pg_stress::backend
