#include "backend/process.hpp"

#include <cstdint>
#include <cstring>
#include <ctime>

#include "backend/guard.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

int64_t monotonic_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

double seconds_of(const Interval* interval) {
    return static_cast<double>(interval->time) / 1e6 + interval->day * 86400.0 +
           interval->month * 30.0 * 86400.0;
}

void wake(int proc_number, pid_t pid) {
    if (proc_number < 0 || static_cast<uint32>(proc_number) >= ProcGlobal->allProcCount) {
        return;
    }
    PGPROC* process = compat::proc_by_number(proc_number);
    if (process->pid == pid) {
        SetLatch(&process->procLatch);
    }
}

BackgroundWorkerHandle* start_worker(const char* function, const std::string& name,
                                     const char* type, const void* arguments, size_t bytes,
                                     Datum main_argument) {
    BackgroundWorker worker;
    std::memset(&worker, 0, sizeof worker);
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    strlcpy(worker.bgw_library_name, "pg_stress", sizeof worker.bgw_library_name);
    strlcpy(worker.bgw_function_name, function, BGW_MAXLEN);
    strlcpy(worker.bgw_name, name.c_str(), BGW_MAXLEN);
    strlcpy(worker.bgw_type, type, BGW_MAXLEN);
    std::memcpy(worker.bgw_extra, arguments, bytes);
    worker.bgw_main_arg = main_argument;
    worker.bgw_notify_pid = MyProcPid;
    BackgroundWorkerHandle* handle = nullptr;
    const bool registered = call([&] {
        MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
        const bool done = RegisterDynamicBackgroundWorker(&worker, &handle);
        MemoryContextSwitchTo(old);
        return done;
    });
    return registered ? handle : nullptr;
}

bool is_running(BackgroundWorkerHandle* handle) {
    pid_t pid;
    const BgwHandleStatus status = GetBackgroundWorkerPid(handle, &pid);
    return status == BGWH_STARTED || status == BGWH_NOT_YET_STARTED;
}

} // namespace pg_stress::backend
