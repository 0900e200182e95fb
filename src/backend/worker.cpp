// The main function of an SPI worker. Zone: backend.
//
// It always leaves with status 0 or by FATAL, never by a signal of its own making: anything else
// would restart the whole server. Whatever happens, the exit callback marks the slot as ended.
#include <csignal>
#include <memory>

#include "core/workload.hpp"

#include "backend/guard.hpp"
#include "backend/json.hpp"
#include "backend/process.hpp"
#include "backend/run_memory.hpp"
#include "backend/worker_loop.hpp"

#include "backend/postgres.hpp"

extern "C" {
#if PG_VERSION_NUM >= 160000
#include "nodes/queryjumble.h"
#else
#include "utils/queryjumble.h"
#endif
PGDLLEXPORT void pg_stress_worker_main(Datum argument);
}

namespace pg_stress::backend {

namespace {

// For the callbacks of this process, which get no argument or must not fail.
RunHeader* run_header = nullptr;
WorkerSlot* own_slot = nullptr;
emit_log_hook_type next_log_hook = nullptr;

void wake_coordinator_of_run() {
    wake(run_header->coordinator_proc.load(), run_header->coordinator_pid.load());
}

void set_failure(const char* message) {
    if (own_slot->failure[0] == '\0') {
        strlcpy(own_slot->failure, message, sizeof own_slot->failure);
    }
}

/** A FATAL error leaves no trace in the process but this. */
void note_fatal(ErrorData* error) {
    if (error->elevel >= FATAL && error->message != nullptr && own_slot != nullptr) {
        set_failure(error->message);
    }
    if (next_log_hook != nullptr) {
        next_log_hook(error);
    }
}

void mark_ended(int, Datum) {
    own_slot->operation.store(0, std::memory_order_relaxed);
    own_slot->proc_number.store(-1);
    own_slot->state.store(WorkerState::Ended, std::memory_order_release);
    wake_coordinator_of_run();
}

/** Attaches the run's memory and takes the slot; false when the run is gone. */
bool attach(const WorkerArguments& arguments) {
    dsm_segment* segment = dsm_attach(arguments.segment);
    if (segment == nullptr) {
        return false;
    }
    dsm_pin_mapping(segment);
    const RunMemory memory = RunMemory::attach(dsm_segment_address(segment));
    if (memory.header().magic != RunHeader::kMagic || memory.header().run_id != arguments.run_id) {
        return false;
    }
    WorkerSlot& slot = memory.slot(arguments.slot);
    if (slot.state.load() != WorkerState::Starting ||
        memory.header().stop.load() != StopOrder::None) {
        return false;
    }
    run_header = &memory.header();
    own_slot = &slot;
    slot.pid.store(MyProcPid);
    slot.proc_number.store(compat::my_proc_number());
    // Before memory is detached, which an on_shmem_exit callback would come too late for.
    before_shmem_exit(mark_ended, 0);
    next_log_hook = emit_log_hook;
    emit_log_hook = note_fatal;
    return true;
}

core::Workload read_workload(const RunMemory& memory) {
    core::Workload workload;
    core::DefinitionError error;
    MemoryContext scratch = nullptr;
    MemoryContext old = nullptr;
    call([&] {
        scratch =
            AllocSetContextCreate(TopMemoryContext, "pg_stress workload", ALLOCSET_DEFAULT_SIZES);
        old = MemoryContextSwitchTo(scratch);
    });
    const core::Value definition =
        parse_json(std::string(memory.workload(), memory.header().workload_bytes));
    if (!core::parse_workload(definition, workload, error)) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE, error.message, error.detail, error.hint);
    }
    MemoryContextSwitchTo(old);
    MemoryContextDelete(scratch);
    return workload;
}

RunnerSettings settings_of(const RunHeader& header) {
    RunnerSettings settings;
    settings.seed = header.seed;
    settings.run_id = header.run_id;
    settings.isolation = header.isolation;
    settings.read_only = header.read_only;
    settings.rollback = header.rollback;
    settings.statement_timeout_ms = header.statement_timeout_ms;
    settings.lock_timeout_ms = header.lock_timeout_ms;
    settings.max_retries = header.max_retries;
    return settings;
}

void work(const WorkerArguments& arguments) {
    call([&] {
        compat::connect_as_role(arguments.database, arguments.role);
        // query_id is ours to switch on where the server's setting leaves it to modules.
        EnableQueryId();
    });
    const RunMemory memory = RunMemory::attach(run_header);
    const std::string name = std::string("pg_stress/") + memory.header().name;
    call([&] {
        pgstat_report_appname(name.c_str());
        pgstat_report_activity(STATE_IDLE, nullptr);
    });
    const core::Workload workload = read_workload(memory);
    OperationRunner runner(workload, settings_of(memory.header()), memory.sequences());
    runner.load_samples();
    // The connection was a transaction too.
    own_slot->transactions.fetch_add(1, std::memory_order_relaxed);
    WorkerLoop loop(memory, arguments.slot, workload, runner);
    own_slot->state.store(WorkerState::Ready, std::memory_order_release);
    wake_coordinator_of_run();
    if (loop.wait_for_go()) {
        loop.run();
    }
    call([&] { pgstat_report_stat(true); });
}

} // namespace

} // namespace pg_stress::backend

void pg_stress_worker_main(Datum) {
    using namespace pg_stress::backend;
    boundary([] {
        pqsignal(SIGTERM, die);
        pqsignal(SIGHUP, SignalHandlerForConfigReload);
        BackgroundWorkerUnblockSignals();
        WorkerArguments arguments;
        memcpy(&arguments, MyBgworkerEntry->bgw_extra, sizeof arguments);
        if (!call([&] { return attach(arguments); })) {
            return;
        }
        try {
            work(arguments);
        } catch (const std::exception& error) {
            set_failure(error.what());
            call([&] { AbortOutOfAnyTransaction(); });
        }
    });
}
