// Process of the coordinator: signals, connection, and the answer when something fails.
// Zone: backend.
#include <csignal>
#include <cstring>

#include "backend/coordinator.hpp"
#include "backend/guard.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

extern "C" PGDLLEXPORT void pg_stress_coordinator_main(Datum argument);

namespace pg_stress::backend {

namespace {

// Reached from the signal handler and the exit callback, so plain pointers.
StartRequest* pending_request = nullptr; // until it is answered
Coordinator* current = nullptr;

void handle_sigterm(SIGNAL_ARGS) {
    if (pending_request != nullptr) {
        die(postgres_signal_arg);
    } else {
        SignalHandlerForShutdownRequest(postgres_signal_arg);
    }
}

void fail_request(int sqlstate, const char* message, const char* detail,
                  const char* hint) noexcept {
    StartRequest* request = pending_request;
    if (request == nullptr) {
        return;
    }
    pending_request = nullptr;
    request->sqlstate = sqlstate;
    strlcpy(request->message, message, sizeof request->message);
    strlcpy(request->detail, detail, sizeof request->detail);
    strlcpy(request->hint, hint, sizeof request->hint);
    answer_request(*request, RequestState::Failed);
}

// Runs at every exit, FATAL included; dynamic shared memory is still attached.
void at_exit(int, Datum) {
    fail_request(ERRCODE_ADMIN_SHUTDOWN, "the coordinator was told to end before the run began", "",
                 "");
    if (current != nullptr) {
        current->abandon();
        current = nullptr;
    }
}

void connect(const StartRequest& request) {
    compat::connect_as_role(request.database, request.role);
    char name[NAMEDATALEN];
    strlcpy(name, "pg_stress/", sizeof name);
    strlcat(name, request.name, sizeof name);
    pgstat_report_appname(name);
}

void run(StartRequest& request) {
    Coordinator coordinator(request);
    struct Leave { // whatever ends this function, before the coordinator itself goes
        ~Leave() {
            current->abandon();
            current = nullptr;
        }
    };
    current = &coordinator;
    const Leave leave;
    std::string failure;
    try {
        const bool accepted = coordinator.prepare();
        pending_request = nullptr;
        if (accepted) {
            coordinator.execute();
        }
    } catch (const PgError& error) {
        if (pending_request != nullptr) {
            fail_request(error.sqlstate, error.message.c_str(), error.detail.c_str(),
                         error.hint.c_str());
        }
        failure = error.message;
    } catch (const std::exception& error) {
        const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
        fail_request(memory ? ERRCODE_OUT_OF_MEMORY : ERRCODE_INTERNAL_ERROR, error.what(), "", "");
        failure = error.what();
    }
    if (!failure.empty() && coordinator.accepted()) {
        const char* message = failure.c_str();
        call([&] { ereport(LOG, (errmsg("pg_stress: the coordinator ends: %s", message))); });
    }
}

} // namespace
} // namespace pg_stress::backend

void pg_stress_coordinator_main(Datum argument) {
    using namespace pg_stress::backend;
    boundary([&] {
        pqsignal(SIGTERM, handle_sigterm);
        pqsignal(SIGHUP, SignalHandlerForConfigReload);
        BackgroundWorkerUnblockSignals();
        dsm_segment* segment = call([&] {
            dsm_segment* attached = dsm_attach(DatumGetUInt32(argument));
            if (attached != nullptr) {
                dsm_pin_mapping(attached);
            }
            return attached;
        });
        if (segment == nullptr) {
            return; // the caller has left already
        }
        auto& request = *static_cast<StartRequest*>(dsm_segment_address(segment));
        pending_request = &request;
        before_shmem_exit(at_exit, 0);
        call([&] { connect(request); });
        run(request);
    });
    proc_exit(0);
}
