// start_test: hands the arguments to a new coordinator and waits for its word. Zone: backend.
//
// The caller waits on its latch while another process may want a lock that the caller holds; no
// deadlock detector sees that. So a caller that has written is refused, the coordinator uses a
// lock timeout until it has accepted, and the caller looks once a second whether it is the blocker.
#include <cstdint>
#include <cstring>

#include "backend/guard.hpp"
#include "backend/process.hpp"
#include "backend/run_memory.hpp"
#include "backend/start_request.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

bool answer_request(StartRequest& request, RequestState answer) {
    RequestState expected = RequestState::Starting;
    const bool first = request.state.compare_exchange_strong(expected, answer);
    wake(request.caller_proc, request.caller_pid);
    return first;
}

namespace {

void refuse_standby() {
    if (RecoveryInProgress()) {
        raise(ERRCODE_READ_ONLY_SQL_TRANSACTION, "a run cannot be started on a standby",
              "The coordinator writes the run's rows.", "Start the run on the primary server.");
    }
}

void refuse_written_transaction() {
    if (TransactionIdIsValid(GetTopTransactionIdIfAny())) {
        raise(
            ERRCODE_ACTIVE_SQL_TRANSACTION,
            "start_test cannot run in a transaction that has written",
            "What this transaction has changed is invisible to the workers, and they would wait "
            "for its locks.",
            "Commit first, then call start_test in a transaction of its own (with psql -c: two -c "
            "options).");
    }
}

// Before 17 a background worker cannot connect as a role without LOGIN.
void refuse_role_without_login(Oid role) {
#if PG_VERSION_NUM < 170000
    const bool can_login = call([&] {
        HeapTuple tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
        if (!HeapTupleIsValid(tuple)) {
            return false;
        }
        const bool login = reinterpret_cast<Form_pg_authid>(GETSTRUCT(tuple))->rolcanlogin;
        ReleaseSysCache(tuple);
        return login;
    });
    if (!can_login) {
        raise(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
              "the current role cannot log in, so no worker can run as it", {},
              "Call start_test as a role with LOGIN.");
    }
#else
    (void)role;
#endif
}

template <size_t N> void put_text(char (&field)[N], const char* what, text* value) {
    char* copy = call([&] { return text_to_cstring(value); });
    if (std::strlen(copy) >= N) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE, std::string(what) + " is too long",
              "It has " + std::to_string(std::strlen(copy)) + " bytes.",
              "Use at most " + std::to_string(N - 1) + " bytes.");
    }
    strlcpy(field, copy, N);
}

void refuse_own_block(pid_t coordinator) {
    const bool blocked = call([&] {
        Datum array = DirectFunctionCall1(pg_blocking_pids, Int32GetDatum(coordinator));
        ArrayType* pids = DatumGetArrayTypeP(array);
        const int count = ArrayGetNItems(ARR_NDIM(pids), ARR_DIMS(pids));
        const auto* pid = reinterpret_cast<int32*>(ARR_DATA_PTR(pids));
        for (int i = 0; i < count; ++i) {
            if (pid[i] == MyProcPid) {
                return true;
            }
        }
        return false;
    });
    if (blocked) {
        raise(ERRCODE_OBJECT_IN_USE, "this transaction blocks the run that it waits for",
              "The coordinator waits for a lock that this transaction holds.",
              "Call start_test in a transaction of its own.");
    }
}

[[noreturn]] void raise_answer(const StartRequest& request) {
    raise(request.sqlstate, request.message, request.detail, request.hint);
}

void wait_for_answer(StartRequest& request, BackgroundWorkerHandle* handle) {
    int64_t next_look = monotonic_ns() + 1'000'000'000;
    for (;;) {
        const RequestState state = request.state.load(std::memory_order_acquire);
        if (state == RequestState::Accepted) {
            return;
        }
        if (state == RequestState::Failed) {
            raise_answer(request);
        }
        pid_t pid = 0;
        const BgwHandleStatus status = call([&] { return GetBackgroundWorkerPid(handle, &pid); });
        if (status == BGWH_STOPPED &&
            request.state.load(std::memory_order_acquire) == RequestState::Starting) {
            raise(ERRCODE_INTERNAL_ERROR, "the coordinator ended before it accepted the run", {},
                  "The server log says why.");
        }
        if (status == BGWH_POSTMASTER_DIED) {
            raise(ERRCODE_ADMIN_SHUTDOWN, "the server is shutting down");
        }
        if (monotonic_ns() >= next_look) {
            next_look += 1'000'000'000;
            if (status == BGWH_STARTED) {
                refuse_own_block(pid);
            }
        }
        call([&] {
            (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 200,
                            PG_WAIT_EXTENSION);
            ResetLatch(MyLatch);
            CHECK_FOR_INTERRUPTS();
        });
    }
}

} // namespace

PGS_FUNCTION(start_test) {
    static const char* const kNames[] = {"name",   "intensity", "duration", "",       "workload",
                                         "driver", "",          "seed",     "options"};
    for (int i = 0; i < 9; ++i) {
        if (PG_ARGISNULL(i) && kNames[i][0] != '\0') {
            raise(ERRCODE_NULL_VALUE_NOT_ALLOWED,
                  std::string("argument \"") + kNames[i] + "\" of start_test must not be null");
        }
    }
    refuse_standby();
    refuse_written_transaction();
    refuse_role_without_login(GetUserId());

    char* options = call([&] {
        Jsonb* value = PG_GETARG_JSONB_P(8);
        return JsonbToCString(nullptr, &value->root, static_cast<int>(VARSIZE(value)));
    });
    const size_t options_bytes = std::strlen(options) + 1;
    dsm_segment* segment =
        call([&] { return dsm_create(offsetof(StartRequest, options) + options_bytes, 0); });
    auto& request = *static_cast<StartRequest*>(dsm_segment_address(segment));
    std::memset(static_cast<void*>(&request), 0, offsetof(StartRequest, options));
    request.caller_proc = compat::my_proc_number();
    request.caller_pid = MyProcPid;
    request.database = MyDatabaseId;
    request.role = GetUserId();
    put_text(request.name, "the name of the run", PG_GETARG_TEXT_PP(0));
    put_text(request.intensity, "the intensity", PG_GETARG_TEXT_PP(1));
    request.duration_s = seconds_of(PG_GETARG_INTERVAL_P(2));
    request.target_null = PG_ARGISNULL(3);
    if (!request.target_null) {
        put_text(request.target, "the target", PG_GETARG_TEXT_PP(3));
    }
    put_text(request.workload, "the workload", PG_GETARG_TEXT_PP(4));
    put_text(request.driver, "the driver", PG_GETARG_TEXT_PP(5));
    request.baseline_null = PG_ARGISNULL(6);
    if (!request.baseline_null) {
        put_text(request.baseline, "the baseline", PG_GETARG_TEXT_PP(6));
    }
    request.seed = PG_GETARG_INT64(7);
    request.options_bytes = static_cast<uint32_t>(options_bytes);
    std::memcpy(request.options, options, options_bytes);

    const dsm_handle key = dsm_segment_handle(segment);
    BackgroundWorkerHandle* handle = start_worker(
        "pg_stress_coordinator_main", std::string("pg_stress coordinator ") + request.name,
        "pg_stress coordinator", &request.database, sizeof request.database, UInt32GetDatum(key));
    if (handle == nullptr) {
        raise(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, "no free worker slot for the coordinator",
              "All " + std::to_string(max_worker_processes) + " background worker slots are taken.",
              "Wait until other workers have ended, or raise max_worker_processes.");
    }
    try {
        wait_for_answer(request, handle);
    } catch (...) {
        RequestState expected = RequestState::Starting;
        if (request.state.compare_exchange_strong(expected, RequestState::Abandoned)) {
            TerminateBackgroundWorker(handle);
        }
        throw;
    }
    const int64_t run_id = request.run_id;
    call([&] { dsm_detach(segment); });
    PG_RETURN_INT64(run_id);
}

} // namespace pg_stress::backend
