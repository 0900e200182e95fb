// SQL function report. Zone: backend.
#include "core/report.hpp"

#include "backend/guard.hpp"
#include "backend/report_data.hpp"
#include "backend/run_access.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr struct {
    const char* name;
    std::string (*write)(const core::Report&);
} kFormats[] = {
    {"text", core::report_text}, {"markdown", core::report_markdown}, {"json", core::report_json}};

int64_t chosen_run(FunctionCallInfo fcinfo) {
    SqlResult found;
    {
        const OwnerRights owner;
        found = PG_ARGISNULL(0) ? run_sql("SELECT max(run_id) FROM pg_stress.recorded_run")
                                : run_sql("SELECT max(run_id) FROM pg_stress.recorded_run"
                                          " WHERE run_id = $1::bigint",
                                          {to_text(int64_t{PG_GETARG_INT64(0)})});
    }
    if (!found.at(0, 0)) {
        if (PG_ARGISNULL(0)) {
            raise(ERRCODE_NO_DATA_FOUND, "no run has been started in this database", {},
                  "Start one: SELECT pg_stress.start_test('baseline', 'medium').");
        }
        raise_unknown_run(PG_GETARG_INT64(0));
    }
    return found.integer(0, 0);
}

} // namespace

PGS_FUNCTION(report) {
    const std::string format =
        PG_ARGISNULL(1) ? "text" : call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(1)); });
    for (const auto& known : kFormats) {
        if (format != known.name) {
            continue;
        }
        std::string text;
        {
            const SqlSession session;
            text = known.write(gather_report(chosen_run(fcinfo)));
        }
        // After the session, whose memory goes with it.
        const char* bytes = text.c_str();
        return call([&] { return CStringGetTextDatum(bytes); });
    }
    raise(ERRCODE_INVALID_PARAMETER_VALUE, "unknown format \"" + format + "\"", {},
          "This release has the formats text, markdown and json.");
}

} // namespace pg_stress::backend
