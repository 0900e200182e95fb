// SQL functions that show runs at work, and tidy those that have ended. Zone: backend.
#include <cmath>
#include <cstdint>

#include "backend/directory.hpp"
#include "backend/guard.hpp"
#include "backend/row_set.hpp"
#include "backend/run_access.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

SqlText figure(double value) {
    return std::isnan(value) || value < 0 ? SqlText() : SqlText(to_text(value));
}
std::string whole(uint64_t value) { return to_text(static_cast<int64_t>(value)); }

std::string argument_text(FunctionCallInfo fcinfo, int index) {
    return call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(index)); });
}

} // namespace

PGS_FUNCTION(run_is_alive) { PG_RETURN_BOOL(alive_here(PG_GETARG_INT64(0)).has_value()); }

PGS_FUNCTION(live) {
    RowSet rows(fcinfo);
    for (const auto& entry : runs_alive()) {
        if (entry.database != MyDatabaseId ||
            (!PG_ARGISNULL(0) && entry.run_id != PG_GETARG_INT64(0))) {
            continue;
        }
        const LiveFigures& live = entry.live;
        rows.add({to_text(entry.run_id), std::string(entry.name),
                  std::string(to_string(entry.state)), to_text(live.elapsed_s),
                  figure(live.remaining_s), to_text(int64_t{live.sessions}), whole(live.operations),
                  whole(live.errors), to_text(live.tps), figure(live.p50_ms), figure(live.p95_ms),
                  figure(live.p99_ms)});
    }
    PG_RETURN_NULL();
}

PGS_FUNCTION(status) {
    RowSet rows(fcinfo);
    const SqlSession session;
    bool any = false;
    for (const auto& entry : runs_alive()) {
        if (entry.database != MyDatabaseId) {
            continue;
        }
        any = true;
        const LiveFigures& live = entry.live;
        rows.add({to_text(entry.run_id), std::string(entry.name),
                  std::string(to_string(entry.state)), SqlText(), to_text(live.elapsed_s),
                  figure(live.remaining_s), to_text(int64_t{live.sessions}), whole(live.operations),
                  whole(live.errors), to_text(live.tps), figure(live.p99_ms), SqlText()});
    }
    if (!any) {
        const OwnerRights owner;
        const SqlResult last = run_sql(
            "SELECT s.run_id, s.name, s.state, s.verdict, r.measured_s, s.operations, s.errors,"
            " s.tps, s.p99_ms, s.finished_at FROM pg_stress.run_summary AS s"
            " JOIN pg_stress.run AS r USING (run_id) ORDER BY s.run_id DESC LIMIT 1");
        if (!last.empty()) {
            rows.add({last.at(0, 0), last.at(0, 1), last.at(0, 2), last.at(0, 3), last.at(0, 4),
                      SqlText(), SqlText(), last.at(0, 5), last.at(0, 6), last.at(0, 7),
                      last.at(0, 8), last.at(0, 9)});
        }
    }
    PG_RETURN_NULL();
}

PGS_FUNCTION(set_note) {
    const int64_t run = PG_GETARG_INT64(0);
    const SqlText note = PG_ARGISNULL(1) ? SqlText() : SqlText(argument_text(fcinfo, 1));
    const SqlSession session;
    require_own_run(run);
    const OwnerRights owner;
    run_sql("UPDATE pg_stress.recorded_run SET note = $2 WHERE run_id = $1::bigint",
            {to_text(run), note});
    PG_RETURN_VOID();
}

PGS_FUNCTION(drop_test) {
    const int64_t run = PG_GETARG_INT64(0);
    const SqlSession session;
    require_own_run(run);
    if (const auto entry = alive_here(run)) {
        raise(ERRCODE_OBJECT_IN_USE,
              "run " + std::to_string(run) + " \"" + entry->name + "\" is at work", {},
              "Stop it first: SELECT pg_stress.stop_test(" + std::to_string(run) + ").");
    }
    const OwnerRights owner;
    run_sql("DELETE FROM pg_stress.recorded_run WHERE run_id = $1::bigint", {to_text(run)});
    PG_RETURN_VOID();
}

PGS_FUNCTION(purge) {
    const std::string age = call(
        [&] { return DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(0))); });
    const SqlSession session;
    // Whose runs the caller may drop is asked as the caller; they are deleted as the owner.
    std::string kept = "{";
    for (const auto& entry : runs_alive()) {
        if (entry.database == MyDatabaseId) {
            kept += (kept.size() > 1 ? "," : "") + std::to_string(entry.run_id);
        }
    }
    const std::string caller = call([&] { return GetUserNameFromId(GetUserId(), false); });
    const OwnerRights owner;
    const SqlResult gone = run_sql(
        "DELETE FROM pg_stress.recorded_run AS r"
        " WHERE coalesce(r.finished_at, r.accepted_at) < now() - $1::interval"
        " AND r.run_id <> ALL ($2::bigint[])"
        " AND EXISTS (SELECT FROM pg_roles AS c WHERE c.rolname = $3 AND (c.rolsuper OR EXISTS"
        "  (SELECT FROM pg_roles AS o WHERE o.rolname = r.role_name"
        "   AND pg_has_role(c.oid, o.oid, 'USAGE'))))",
        {age, kept + "}", caller});
    PG_RETURN_INT32(static_cast<int32>(gone.processed));
}

} // namespace pg_stress::backend
