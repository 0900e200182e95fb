#include "backend/directory.hpp"

#include <cstdint>
#include <cstring>

#include "backend/guard.hpp"
#include "backend/process.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

int claim_entry(Oid database, Oid role, const std::string& name) {
    Directory* shared = directory();
    int chosen = -1;
    bool busy = false;
    DirectoryEntry other;
    SpinLockAcquire(&shared->lock);
    for (int i = 0; i < kMaxRuns; ++i) {
        DirectoryEntry& entry = shared->run[i];
        if (!entry.taken) {
            chosen = chosen < 0 ? i : chosen;
        } else if (entry.database == database) {
            busy = true;
            other = entry;
        }
    }
    if (!busy && chosen >= 0) {
        DirectoryEntry& entry = shared->run[chosen];
        std::memset(static_cast<void*>(&entry), 0, sizeof entry);
        entry.taken = true;
        entry.database = database;
        entry.role = role;
        entry.coordinator_pid = MyProcPid;
        entry.coordinator_proc = compat::my_proc_number();
        strlcpy(entry.name, name.c_str(), sizeof entry.name);
        entry.state = RunState::Starting;
        entry.new_rate = -1;
        entry.new_sessions = -1;
    }
    SpinLockRelease(&shared->lock);
    if (busy) {
        const std::string id = other.run_id == 0 ? "" : ", run " + std::to_string(other.run_id);
        raise(ERRCODE_OBJECT_IN_USE,
              "run \"" + std::string(other.name) + "\" is at work in this database",
              "One run at a time can load a database" + id + ".",
              "Wait for it with CALL pg_stress.wait(), or stop it with SELECT "
              "pg_stress.stop_test().");
    }
    if (chosen < 0) {
        raise(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, "too many runs at work in this server",
              std::to_string(kMaxRuns) + " can be.", "Wait until one has ended.");
    }
    return chosen;
}

void release_entry(int entry) noexcept {
    Directory* shared = directory();
    SpinLockAcquire(&shared->lock);
    shared->run[entry].taken = false;
    shared->run[entry].run_id = 0;
    SpinLockRelease(&shared->lock);
    ConditionVariableBroadcast(&shared->changed);
}

namespace {

template <typename Wanted> std::optional<DirectoryEntry> find_entry(Wanted&& wanted) {
    Directory* shared = directory();
    std::optional<DirectoryEntry> found;
    DirectoryEntry copy;
    bool hit = false;
    SpinLockAcquire(&shared->lock);
    for (const auto& entry : shared->run) {
        if (entry.taken && wanted(entry)) {
            copy = entry;
            hit = true;
            break;
        }
    }
    SpinLockRelease(&shared->lock);
    if (hit) {
        found = copy;
    }
    return found;
}

} // namespace

std::optional<DirectoryEntry> find_run(Oid database, int64_t run_id) {
    return find_entry([&](const DirectoryEntry& entry) {
        return entry.database == database && entry.run_id == run_id && entry.run_id != 0;
    });
}

std::optional<DirectoryEntry> find_run_in(Oid database) {
    return find_entry([&](const DirectoryEntry& entry) {
        return entry.database == database && entry.run_id != 0;
    });
}

std::vector<DirectoryEntry> runs_alive() {
    Directory* shared = directory();
    std::vector<DirectoryEntry> out(kMaxRuns);
    size_t count = 0;
    SpinLockAcquire(&shared->lock);
    for (const auto& entry : shared->run) {
        if (entry.taken && entry.run_id != 0) {
            out[count++] = entry;
        }
    }
    SpinLockRelease(&shared->lock);
    out.resize(count);
    return out;
}

void wake_coordinator(int proc_number, pid_t pid) { wake(proc_number, pid); }

} // namespace pg_stress::backend
