// operations() and create_workload(). Zone: backend.
#include "backend/guard.hpp"
#include "backend/json.hpp"
#include "backend/sql.hpp"
#include "backend/target.hpp"
#include "backend/workload_source.hpp"

#include "result_rows.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

std::string text_of(text* value) {
    return call([&] { return text_to_cstring(value); });
}

std::string describe_parameters(const core::Step& step) {
    std::string out;
    for (size_t i = 0; i < step.parameters.size(); ++i) {
        out += (i == 0 ? "$" : ", $") + std::to_string(i + 1) + ": " +
               core::describe(step.parameters[i]);
    }
    return out;
}

std::string describe_step(const core::Operation& operation, const core::Step& step) {
    std::vector<std::string> notes;
    if (operation.orm) {
        notes.emplace_back("as SQLAlchemy sends it");
    }
    if (!operation.transaction) {
        notes.emplace_back("each step commits by itself");
    }
    if (!operation.isolation.empty()) {
        notes.push_back(operation.isolation);
    }
    if (step.foreach_step >= 0) {
        notes.push_back("for each row of step " + std::to_string(step.foreach_step));
    }
    if (step.limit > 0) {
        notes.push_back("at most " + std::to_string(step.limit) + " rows are fetched");
    }
    std::string out;
    for (const auto& note : notes) {
        out += (out.empty() ? "" : "; ") + note;
    }
    return out;
}

ResultRows& text_or_null(ResultRows& rows, const std::string& value) {
    return value.empty() ? rows.null() : rows.text(value);
}

void write_step(ResultRows& rows, const core::Operation& operation, size_t number) {
    const core::Step& step = operation.steps[number];
    rows.text(operation.name).text(operation.family).number(operation.weight);
    rows.whole(static_cast<int32_t>(number)).text(step.sql);
    text_or_null(rows, describe_parameters(step)).texts(operation.tables);
    text_or_null(rows, describe_step(operation, step));
    rows.null().null().null();
    rows.end_row();
}

void write_left_out(ResultRows& rows, const core::LeftOut& left_out) {
    rows.null();
    text_or_null(rows, left_out.family);
    rows.null().null().null().null().null().null();
    rows.text(left_out.object);
    text_or_null(rows, left_out.constraint).text(left_out.reason);
    rows.end_row();
}

} // namespace

} // namespace pg_stress::backend

using namespace pg_stress;
using namespace pg_stress::backend;

PGS_FUNCTION(operations) {
    const std::optional<std::string> target =
        PG_ARGISNULL(0) ? std::nullopt : std::optional<std::string>(text_of(PG_GETARG_TEXT_PP(0)));
    check_target(target);
    const std::string expression = PG_ARGISNULL(1) ? "auto" : text_of(PG_GETARG_TEXT_PP(1));
    core::Workload workload;
    {
        SqlSession session;
        workload = resolve_workload(expression, {});
    }
    ResultRows rows(fcinfo);
    for (const core::Operation& operation : workload.operations) {
        for (size_t step = 0; step < operation.steps.size(); ++step) {
            write_step(rows, operation, step);
        }
    }
    for (const core::LeftOut& left_out : workload.left_out) {
        write_left_out(rows, left_out);
    }
    return 0;
}

PGS_FUNCTION(create_workload) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) {
        raise(ERRCODE_NULL_VALUE_NOT_ALLOWED, "a workload needs a name and a definition");
    }
    const std::string name = text_of(PG_GETARG_TEXT_PP(0));
    check_workload_name(name);
    Jsonb* document = call([&] { return PG_GETARG_JSONB_P(1); });
    const core::Value definition = value_from_jsonb(document);
    core::Workload workload;
    core::DefinitionError error;
    if (!core::parse_workload(definition, workload, error)) {
        raise_definition_error(error);
    }
    const SqlText comment = PG_ARGISNULL(2) ? SqlText() : SqlText(text_of(PG_GETARG_TEXT_PP(2)));
    const std::string owner = call([&] { return GetUserNameFromId(GetUserId(), false); });
    const bool superuser_calls = superuser();
    SqlSession session;
    OwnerRights rights;
    const SqlResult stored =
        run_sql("INSERT INTO pg_stress.workload AS old (name, definition, comment, owner) "
                "VALUES ($1, $2::jsonb, $3, $4) ON CONFLICT (name) DO UPDATE "
                "SET definition = EXCLUDED.definition, comment = EXCLUDED.comment, "
                "owner = EXCLUDED.owner WHERE old.owner = EXCLUDED.owner OR $5::boolean",
                {name, definition.to_json(), comment, owner, superuser_calls ? "t" : "f"});
    if (stored.processed == 0) {
        raise(ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied for workload \"" + name + "\"",
              "Another role wrote it.", "Use another name.");
    }
    PG_RETURN_INT32(static_cast<int32_t>(workload.operations.size()));
}
