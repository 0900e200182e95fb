#include "backend/run_access.hpp"

#include "backend/directory.hpp"
#include "backend/guard.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

std::optional<DirectoryEntry> alive_here(int64_t run_id) {
    for (const auto& entry : runs_alive()) {
        if (entry.run_id == run_id && entry.database == MyDatabaseId) {
            return entry;
        }
    }
    return std::nullopt;
}

void raise_unknown_run(int64_t run_id) {
    std::string hint;
    {
        const OwnerRights owner;
        const SqlResult latest =
            run_sql("SELECT run_id, name FROM pg_stress.recorded_run ORDER BY run_id DESC LIMIT 5");
        for (size_t r = 0; r < latest.size(); ++r) {
            hint += (r > 0 ? ", " : "The latest runs: ") + latest.text(r, 0) + " \"" +
                    latest.text(r, 1) + "\"";
        }
    }
    raise(ERRCODE_NO_DATA_FOUND, "run " + std::to_string(run_id) + " is unknown", {},
          hint.empty()
              ? "No run has been started in this database: SELECT pg_stress.start_test(...)."
              : hint + ".");
}

void require_own_run(int64_t run_id) {
    std::string role;
    {
        const OwnerRights owner;
        const SqlResult run =
            run_sql("SELECT role_name FROM pg_stress.recorded_run WHERE run_id = $1::bigint",
                    {to_text(run_id)});
        if (!run.empty()) {
            role = run.text(0, 0);
        }
    }
    if (role.empty()) {
        raise_unknown_run(run_id);
    }
    const char* name = role.c_str();
    const bool own = call([&] {
        const Oid of_run = get_role_oid(name, true);
        return superuser() || (OidIsValid(of_run) && has_privs_of_role(GetUserId(), of_run));
    });
    if (!own) {
        raise(ERRCODE_INSUFFICIENT_PRIVILEGE,
              "run " + std::to_string(run_id) + " is one of role \"" + role + "\"", {},
              "Only members of that role and superusers may change it.");
    }
}

} // namespace pg_stress::backend
