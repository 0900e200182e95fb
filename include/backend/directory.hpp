// Entries of the directory of runs that are alive. Zone: backend.
//
// All access goes through these; each holds the directory's spinlock for a copy or a few stores.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backend/run_memory.hpp"

namespace pg_stress::backend {

/** Takes a free entry for a run on this database; raises object_in_use, naming the run that is at
    work there, or configuration_limit_exceeded when the directory is full. */
int claim_entry(Oid database, Oid role, const std::string& name);
void release_entry(int entry) noexcept;

/** A copy of the entry of that run; runs are numbered by database. */
std::optional<DirectoryEntry> find_run(Oid database, int64_t run_id);
/** Of the run at work in that database. */
std::optional<DirectoryEntry> find_run_in(Oid database);
std::vector<DirectoryEntry> runs_alive();

/** Sets the latch of a run's coordinator. */
void wake_coordinator(int proc_number, pid_t pid);

/** Applies f to the live entry of that run under the lock and wakes its coordinator; false when the
    run is not alive. f must not call anything that can fail. */
template <typename F> bool request(Oid database, int64_t run_id, F&& f) {
    Directory* shared = directory();
    int proc = -1;
    pid_t pid = 0;
    SpinLockAcquire(&shared->lock);
    for (auto& entry : shared->run) {
        if (entry.taken && entry.database == database && entry.run_id == run_id && run_id != 0) {
            f(entry);
            proc = entry.coordinator_proc;
            pid = entry.coordinator_pid;
            break;
        }
    }
    SpinLockRelease(&shared->lock);
    if (pid == 0) {
        return false;
    }
    wake_coordinator(proc, pid);
    return true;
}
/** Same for the coordinator's own entry; no wake-up. */
template <typename F> void update_entry(int entry, F&& f) {
    Directory* shared = directory();
    SpinLockAcquire(&shared->lock);
    f(shared->run[entry]);
    SpinLockRelease(&shared->lock);
}

} // namespace pg_stress::backend
