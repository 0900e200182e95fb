#include "backend/preflight.hpp"

#include <cstdint>
#include <sys/statvfs.h>

#include "backend/guard.hpp"
#include "backend/sql.hpp"
#include "backend/target.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr int kMostOthersActive = 3;
constexpr double kLeastFreeBytes = 1e9; // a run writes data, WAL and samples

PreflightRow standby() {
    if (RecoveryInProgress()) {
        return {"standby", PreflightStatus::Blocked, "this server is a standby"};
    }
    return {"standby", PreflightStatus::Ok, "this server is a primary"};
}

PreflightRow replication() {
    const auto slots =
        run_sql("SELECT count(*), min(slot_name) FROM pg_catalog.pg_replication_slots");
    if (slots.integer(0, 0) > 0) {
        return {"replication", PreflightStatus::Blocked,
                slots.text(0, 0) + " replication slots, such as \"" + slots.text(0, 1) +
                    "\": the load would be sent on, and its WAL kept"};
    }
    const auto senders = run_sql("SELECT count(*) FROM pg_catalog.pg_stat_activity "
                                 "WHERE backend_type = 'walsender'");
    if (senders.integer(0, 0) > 0) {
        return {"replication", PreflightStatus::Blocked,
                senders.text(0, 0) + " standbys or backups are attached"};
    }
    return {"replication", PreflightStatus::Ok, "no slot, no standby attached"};
}

PreflightRow other_clients(pid_t caller_pid) {
    const auto others = run_sql("SELECT count(*) FROM pg_catalog.pg_stat_activity "
                                "WHERE datname = current_database() AND state = 'active' "
                                "AND backend_type = 'client backend' AND pid <> $1::integer "
                                "AND pid <> pg_backend_pid()",
                                {to_text(int64_t{caller_pid})});
    const int64_t count = others.integer(0, 0);
    const std::string detail =
        std::to_string(count) + " other sessions are active in this database";
    if (count > kMostOthersActive) {
        return {"other clients", PreflightStatus::Blocked, detail};
    }
    return {"other clients", count > 0 ? PreflightStatus::Warning : PreflightStatus::Ok, detail};
}

PreflightRow disk() {
    struct statvfs disk;
    if (statvfs(DataDir, &disk) != 0) {
        return {"disk", PreflightStatus::Warning, "free space could not be read"};
    }
    const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
    const std::string detail =
        std::to_string(static_cast<int64_t>(free / 1e6)) + " MB free for the data directory";
    return {"disk", free < kLeastFreeBytes ? PreflightStatus::Blocked : PreflightStatus::Ok,
            detail};
}

PreflightRow worker_slots() {
    const std::string detail = "max_worker_processes is " + std::to_string(max_worker_processes) +
                               ", shared with parallel query";
    return {"worker slots",
            max_worker_processes < 4 ? PreflightStatus::Warning : PreflightStatus::Ok, detail};
}

PreflightRow setting(const char* name, const char* wanted, const char* why) {
    const char* value = call([&] { return GetConfigOption(name, true, false); });
    const bool ok = value != nullptr && std::string(value) == wanted;
    return {name, ok ? PreflightStatus::Ok : PreflightStatus::Warning,
            std::string(value != nullptr ? value : "unknown") +
                (ok ? "" : std::string(": ") + why)};
}

PreflightRow statements() {
    const auto found = run_sql(
        "SELECT count(*) FROM pg_catalog.pg_extension WHERE extname = 'pg_stat_statements'");
    const bool ok = found.integer(0, 0) > 0;
    return {"pg_stat_statements", ok ? PreflightStatus::Ok : PreflightStatus::Warning,
            ok ? "installed" : "not installed here: statements are not checked against it"};
}

const char* status_name(PreflightStatus status) {
    static const char* const kNames[] = {"ok", "warning", "blocked"};
    return kNames[static_cast<int>(status)];
}

} // namespace

std::vector<PreflightRow> preflight(pid_t caller_pid) {
    return {standby(),
            replication(),
            other_clients(caller_pid),
            disk(),
            worker_slots(),
            setting("autovacuum", "on", "dead rows of the load stay"),
            setting("fsync", "on", "figures of commits say nothing about a real server"),
            setting("full_page_writes", "on", "figures of writes say nothing about a real server"),
            statements()};
}

void refuse_if_blocked(pid_t caller_pid) {
    std::string details;
    for (const auto& row : preflight(caller_pid)) {
        if (row.status == PreflightStatus::Blocked) {
            details += (details.empty() ? "" : "; ") + row.check + ": " + row.detail;
        }
    }
    if (!details.empty()) {
        raise(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "preflight blocks the run",
              "Blocked by " + details + ".",
              "SELECT * FROM pg_stress.preflight() shows all checks; the option {\"force\": true} "
              "starts the run all the same.");
    }
}

PGS_FUNCTION(preflight) {
    check_target(PG_ARGISNULL(0) ? std::nullopt : std::optional<std::string>(call([&] {
        return text_to_cstring(PG_GETARG_TEXT_PP(0));
    })));
    SqlSession session;
    const auto rows = preflight(MyProcPid);
    call([&] { InitMaterializedSRF(fcinfo, 0); });
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (const auto& row : rows) {
        const char* texts[] = {row.check.c_str(), status_name(row.status), row.detail.c_str()};
        call([&] {
            Datum values[3];
            bool nulls[3] = {false, false, false};
            for (int i = 0; i < 3; ++i) {
                values[i] = CStringGetTextDatum(texts[i]);
            }
            tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
        });
    }
    return static_cast<Datum>(0);
}

} // namespace pg_stress::backend
