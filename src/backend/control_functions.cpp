// Steering and stopping runs, from any session. Zone: backend.
//
// All go through the directory: a request is set under its spinlock and the coordinator's latch is
// set; waiting is on the directory's condition variable, which needs no snapshot.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "backend/directory.hpp"
#include "backend/guard.hpp"
#include "backend/process.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr int64_t kStopAnswerNs = 2'000'000'000;

void check_may_steer(const DirectoryEntry& entry) {
    if (!call([&] { return has_privs_of_role(GetUserId(), entry.role); })) {
        raise(ERRCODE_INSUFFICIENT_PRIVILEGE,
              "permission denied for run " + std::to_string(entry.run_id),
              "It belongs to role \"" +
                  std::string(call([&] { return GetUserNameFromId(entry.role, false); })) + "\".",
              "Ask that role, or a superuser.");
    }
}

/** The live run of this number in this database, or the one at work here when it is null. */
DirectoryEntry live_run(bool is_null, int64_t run) {
    const auto entry = is_null ? find_run_in(MyDatabaseId) : find_run(MyDatabaseId, run);
    if (!entry) {
        raise(ERRCODE_NO_DATA_FOUND,
              is_null ? "no run is at work in this database"
                      : "run " + std::to_string(run) + " is not at work in this database",
              {}, "SELECT * FROM pg_stress.run lists the runs and their states.");
    }
    check_may_steer(*entry);
    return *entry;
}

std::string stored_state(int64_t run) {
    OwnerRights rights;
    const auto row =
        run_sql("SELECT state FROM pg_stress.run WHERE run_id = $1::bigint", {to_text(run)}, true);
    return row.empty() ? "lost" : row.text(0, 0);
}

/** Waits until the run has left the directory; false when the time is over first. */
bool wait_for_end(Oid database, int64_t run, int64_t limit_ns) {
    Directory* shared = directory();
    bool ended = true;
    call([&] {
        ConditionVariablePrepareToSleep(&shared->changed);
        for (;;) {
            bool alive = false;
            SpinLockAcquire(&shared->lock);
            for (const auto& entry : shared->run) {
                alive = alive || (entry.taken && entry.database == database && entry.run_id == run);
            }
            SpinLockRelease(&shared->lock);
            if (!alive) {
                break;
            }
            const int64_t left_ms =
                limit_ns == INT64_MAX ? 1000 : (limit_ns - monotonic_ns()) / 1'000'000;
            if (left_ms <= 0) {
                ended = false;
                break;
            }
            ConditionVariableTimedSleep(&shared->changed, std::min<int64_t>(left_ms, 1000),
                                        PG_WAIT_EXTENSION);
        }
        ConditionVariableCancelSleep();
    });
    return ended;
}

std::string state_in_directory(int64_t run) {
    const auto entry = find_run(MyDatabaseId, run);
    return entry ? to_string(entry->state) : "";
}

void order_stop(Oid database, int64_t run) {
    request(database, run, [](DirectoryEntry& entry) { entry.stop_requested = true; });
}

int64_t wait_limit(bool is_null, Interval* timeout) {
    if (is_null) {
        return INT64_MAX;
    }
    return monotonic_ns() + static_cast<int64_t>(std::min(seconds_of(timeout), 1e9) * 1e9);
}

/** NULL means the run at work here, else the latest that is recorded. */
int64_t run_to_wait_for(bool is_null, int64_t run) {
    if (is_null) {
        if (const auto entry = find_run_in(MyDatabaseId)) {
            return entry->run_id;
        }
    } else if (find_run(MyDatabaseId, run)) {
        return run;
    }
    OwnerRights rights;
    const auto row =
        run_sql("SELECT max(run_id) FROM pg_stress.run WHERE run_id = $1::bigint OR $1 "
                "IS NULL",
                {is_null ? SqlText() : SqlText(to_text(run))});
    if (!row.at(0, 0)) {
        raise(ERRCODE_NO_DATA_FOUND,
              is_null ? "there is no run yet" : "run " + std::to_string(run) + " does not exist",
              {},
              is_null ? "SELECT pg_stress.start_test('name') starts one."
                      : "SELECT * FROM pg_stress.run lists the runs.");
    }
    return row.integer(0, 0);
}

/** Gives this statement's snapshot up for a wait, so that vacuum is not held back. Safe only when
    nothing of the statement reads the database after it: one SELECT without tables or subqueries,
    not REPEATABLE READ, and no snapshot besides the portal's. */
bool release_snapshot() {
    if (IsolationUsesXactSnapshot() || ActivePortal == nullptr ||
        list_length(ActivePortal->stmts) != 1) {
        return false;
    }
    const auto* statement = linitial_node(PlannedStmt, ActivePortal->stmts);
    if (statement->commandType != CMD_SELECT || statement->subplans != NIL) {
        return false;
    }
    ListCell* cell;
    foreach (cell, statement->rtable) {
        if (lfirst_node(RangeTblEntry, cell)->rtekind == RTE_RELATION) {
            return false;
        }
    }
    if (TransactionIdIsValid(GetTopTransactionIdIfAny()) || IsTransactionBlock()) {
        return false;
    }
    call([&] { InvalidateCatalogSnapshot(); });
    if (!call([&] { return ThereAreNoPriorRegisteredSnapshots(); })) {
        return false;
    }
    MyProc->xmin = InvalidTransactionId;
    return true;
}

/** The state of a run that has ended, seen by a snapshot newer than the caller's. */
std::string state_after(int64_t run) {
    call([&] { PushActiveSnapshot(GetLatestSnapshot()); });
    const std::string state = stored_state(run);
    call([&] { PopActiveSnapshot(); });
    return state;
}

std::string text_argument(FunctionCallInfo fcinfo, int index) {
    return call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(index)); });
}

Datum text_result(const std::string& value) {
    const char* characters = value.c_str();
    return call([&] { return CStringGetTextDatum(characters); });
}

} // namespace

PGS_FUNCTION(stop_test) {
    const auto entry = live_run(PG_ARGISNULL(0), PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0));
    order_stop(MyDatabaseId, entry.run_id);
    if (!wait_for_end(MyDatabaseId, entry.run_id, monotonic_ns() + kStopAnswerNs)) {
        const std::string state = state_in_directory(entry.run_id);
        if (!state.empty()) {
            return text_result(state);
        }
    }
    SqlSession session;
    return text_result(state_after(entry.run_id));
}

PGS_FUNCTION(stop_all) {
    std::vector<DirectoryEntry> stopped;
    for (const auto& entry : runs_alive()) {
        if (call([&] { return has_privs_of_role(GetUserId(), entry.role); })) {
            order_stop(entry.database, entry.run_id);
            stopped.push_back(entry);
        }
    }
    const int64_t limit = monotonic_ns() + kStopAnswerNs;
    for (const auto& entry : stopped) {
        wait_for_end(entry.database, entry.run_id, limit);
    }
    PG_RETURN_INT32(static_cast<int32>(stopped.size()));
}

PGS_FUNCTION(wait_test) {
    int64_t run = 0;
    {
        SqlSession session;
        run = run_to_wait_for(PG_ARGISNULL(0), PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0));
    }
    const int64_t limit =
        wait_limit(PG_ARGISNULL(1), PG_ARGISNULL(1) ? nullptr : PG_GETARG_INTERVAL_P(1));
    if (find_run(MyDatabaseId, run) && !release_snapshot()) {
        request(MyDatabaseId, run, [](DirectoryEntry& entry) { entry.snapshot_held = true; });
    }
    if (!wait_for_end(MyDatabaseId, run, limit)) {
        const std::string state = state_in_directory(run);
        if (!state.empty()) {
            return text_result(state);
        }
    }
    SqlSession session;
    return text_result(state_after(run));
}

PGS_FUNCTION(wait) {
    const bool atomic = fcinfo->context == nullptr || !IsA(fcinfo->context, CallContext) ||
                        castNode(CallContext, fcinfo->context)->atomic;
    const bool run_null = PG_ARGISNULL(0);
    const int64_t asked = run_null ? 0 : PG_GETARG_INT64(0);
    const int64_t limit =
        wait_limit(PG_ARGISNULL(1), PG_ARGISNULL(1) ? nullptr : PG_GETARG_INTERVAL_P(1));
    call([&] { SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC); });
    const int64_t run = run_to_wait_for(run_null, asked);
    if (!atomic) {
        call([&] { SPI_commit(); }); // the snapshot goes with the transaction
    } else if (find_run(MyDatabaseId, run)) {
        request(MyDatabaseId, run, [](DirectoryEntry& entry) { entry.snapshot_held = true; });
    }
    std::string state;
    if (!wait_for_end(MyDatabaseId, run, limit)) {
        state = state_in_directory(run);
    }
    if (state.empty()) {
        state = state_after(run);
    }
    call([&] { SPI_finish(); });
    const char* characters = state.c_str();
    return call([&] {
        TupleDesc shape;
        if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
            elog(ERROR, "return type must be a row type");
        }
        Datum values[1] = {CStringGetTextDatum(characters)};
        bool nulls[1] = {false};
        return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
    });
}

PGS_FUNCTION(set_rate) {
    const auto entry = live_run(false, PG_GETARG_INT64(0));
    const double rate = PG_GETARG_FLOAT8(1);
    if (!(rate >= 0.01 && rate <= 1e6)) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE, "invalid rate", "It is " + to_text(rate) + ".",
              "Use operations per second from 0.01 to 1000000.");
    }
    if (entry.load != core::LoadKind::Open) {
        raise(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "run " + std::to_string(entry.run_id) + " has no rate",
              "Its loop is closed: each session starts when it has ended the operation before.",
              "Start it with option \"rate\", or use set_sessions.");
    }
    request(MyDatabaseId, entry.run_id, [&](DirectoryEntry& live) { live.new_rate = rate; });
    PG_RETURN_VOID();
}

PGS_FUNCTION(set_sessions) {
    const auto entry = live_run(false, PG_GETARG_INT64(0));
    const int32 sessions = PG_GETARG_INT32(1);
    if (sessions < 1 || sessions > entry.workers) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE, "invalid number of sessions",
              "It is " + std::to_string(sessions) + ".",
              "Use 1 to " + std::to_string(entry.workers) + ", the workers of this run.");
    }
    request(MyDatabaseId, entry.run_id,
            [&](DirectoryEntry& live) { live.new_sessions = sessions; });
    PG_RETURN_VOID();
}

PGS_FUNCTION(set_intensity) {
    const auto entry = live_run(false, PG_GETARG_INT64(0));
    const std::string intensity = text_argument(fcinfo, 1);
    bool paced = false;
    {
        SqlSession session;
        OwnerRights rights;
        const auto names = run_sql("SELECT count(*) FILTER (WHERE name = $1), "
                                   "string_agg(name, ', ' ORDER BY name), "
                                   "bool_or(think_time_ms > 0) FILTER (WHERE name = $1) "
                                   "FROM pg_stress.intensity",
                                   {intensity});
        if (names.integer(0, 0) == 0 || intensity.size() >= sizeof entry.new_intensity) {
            raise(ERRCODE_UNDEFINED_OBJECT, "unknown intensity \"" + intensity + "\"", {},
                  "The intensities are " + names.text(0, 1) + ".");
        }
        paced = names.boolean(0, 2);
    }
    if (paced != (entry.load == core::LoadKind::Paced)) {
        raise(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "run " + std::to_string(entry.run_id) + " cannot change to intensity \"" + intensity +
                  "\"",
              paced ? "That intensity has a think time, the run's loop has none."
                    : "That intensity has no think time, the run's sessions keep one.",
              "Start another run with it.");
    }
    request(MyDatabaseId, entry.run_id, [&](DirectoryEntry& live) {
        strlcpy(live.new_intensity, intensity.c_str(), sizeof live.new_intensity);
    });
    PG_RETURN_VOID();
}

} // namespace pg_stress::backend
