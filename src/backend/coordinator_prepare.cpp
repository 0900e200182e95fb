// The coordinator up to the acceptance of its run. Zone: backend.
#include <cstdint>
#include <cstring>

#include "backend/coordinator.hpp"
#include "backend/directory.hpp"
#include "backend/guard.hpp"
#include "backend/preflight.hpp"
#include "backend/process.hpp"
#include "backend/run_setup.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

// Locks of the caller must become an error here: it waits for us, and no detector sees that.
void limit_lock_waits() {
    call([&] { SetConfigOption("lock_timeout", "5s", PGC_SUSET, PGC_S_OVERRIDE); });
}

void mark_lost_runs() {
    OwnerRights rights;
    run_sql("UPDATE pg_stress.recorded_run SET state = 'lost', "
            "reason = 'the server stopped or crashed while the run was at work', "
            "finished_at = clock_timestamp() "
            "WHERE state NOT IN ('completed', 'stopped', 'failed', 'lost') "
            "AND NOT pg_stress.run_is_alive(run_id)");
}

core::Value left_out_value(const core::Workload& workload) {
    core::Value list = core::Value::array();
    for (const auto& entry : workload.left_out) {
        core::Value one = core::Value::object();
        one.set("object", core::Value::string(entry.object));
        one.set("family", core::Value::string(entry.family));
        one.set("constraint", core::Value::string(entry.constraint));
        one.set("reason", core::Value::string(entry.reason));
        list.add(std::move(one));
    }
    return list;
}

[[noreturn]] void raise_no_slots(int wanted, int given) {
    raise(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, "not enough free worker slots for the run",
          std::to_string(wanted) + " were asked for, " + std::to_string(given) +
              " are free, of max_worker_processes = " + std::to_string(max_worker_processes) + ".",
          given > 0 ? "Ask for fewer with option \"spi_workers\", wait until other workers have "
                      "ended, or raise max_worker_processes."
                    : "Wait until other workers have ended, or raise max_worker_processes.");
}

} // namespace

bool Coordinator::prepare() {
    limit_lock_waits();
    in_transaction([&] {
        mark_lost_runs();
        plan_ = make_plan(request_);
    });
    entry_ = claim_entry(request_.database, request_.role, plan_.name);
    if (!plan_.options.force) {
        in_transaction([&] { refuse_if_blocked(request_.caller_pid); });
    }
    const std::vector<int64_t> sequences = try_operations(plan_);
    create_memory(sequences);
    in_transaction([&] {
        insert_run();
        const int given = workers_->start(plan_.workers);
        if (given == 0 || (plan_.options.spi_workers && given < plan_.workers)) {
            raise_no_slots(plan_.workers, given);
        }
        if (given < plan_.workers) {
            plan_.notes.push_back("Only " + std::to_string(given) +
                                  " worker slots were free of the " +
                                  std::to_string(plan_.workers) + " that the run would have used.");
            plan_.workers = given;
        }
        OwnerRights rights;
        run_sql("UPDATE pg_stress.recorded_run SET setup = $2::jsonb WHERE run_id = $1::bigint",
                {to_text(plan_.run_id), describe_setup(plan_).to_json()});
        // Before the row can be seen: a row that is not alive here counts as lost.
        update_entry(entry_, [&](DirectoryEntry& entry) {
            entry.run_id = plan_.run_id;
            entry.workers = plan_.workers;
            entry.load = plan_.load;
            entry.state = RunState::Accepted;
            entry.accepted_at = GetCurrentTimestamp();
        });
    });
    request_.run_id = plan_.run_id;
    if (answer_request(request_, RequestState::Accepted)) {
        call([&] { SetConfigOption("lock_timeout", "1s", PGC_SUSET, PGC_S_OVERRIDE); });
        return true;
    }
    in_transaction([&] {
        OwnerRights rights;
        run_sql("DELETE FROM pg_stress.recorded_run WHERE run_id = $1::bigint",
                {to_text(plan_.run_id)});
    });
    return false;
}

void Coordinator::insert_run() {
    OwnerRights rights;
    const auto seconds = [](double s) { return to_text(s) + " seconds"; };
    const SqlResult row = run_sql(
        "INSERT INTO pg_stress.recorded_run (name, intensity, workload, driver, seed, duration, "
        "warmup, options, role_name, state, workload_definition, left_out, setup, server_version) "
        "VALUES ($1, $2, $3, $4, $5::bigint, $6::interval, $7::interval, $8::jsonb, $9, "
        "'accepted', "
        "$10::jsonb, $11::jsonb, '{}', version()) RETURNING run_id",
        {plan_.name, plan_.intensity, plan_.workload_expression, plan_.driver,
         to_text(static_cast<int64_t>(plan_.seed)), seconds(plan_.duration_s),
         seconds(plan_.warmup_s), plan_.options_value.to_json(), plan_.role_name,
         core::workload_to_value(plan_.workload).to_json(),
         left_out_value(plan_.workload).to_json()});
    plan_.run_id = row.integer(0, 0);
    plan_.runner.run_id = plan_.run_id;
    memory_->header().run_id = plan_.run_id;
}

void Coordinator::create_memory(const std::vector<int64_t>& sequences) {
    const std::string definition = core::workload_to_value(plan_.workload).to_json();
    int steps = 0;
    for (const auto& operation : plan_.workload.operations) {
        steps += static_cast<int>(operation.steps.size());
    }
    const int operations = static_cast<int>(plan_.workload.operations.size());
    const int counters = static_cast<int>(sequences.size());
    const uint64_t bytes =
        RunMemory::size_for(plan_.workers, operations, steps, counters, definition.size() + 1);
    segment_ = call([&] {
        dsm_segment* made = dsm_create(bytes, 0);
        dsm_pin_mapping(made);
        return made;
    });
    void* base = dsm_segment_address(segment_);
    std::memset(base, 0, bytes);
    memory_ = std::make_unique<RunMemory>(RunMemory::create(base, bytes, plan_.workers, operations,
                                                            steps, counters, definition.c_str(),
                                                            definition.size() + 1));
    RunHeader& header = memory_->header();
    header.seed = plan_.seed;
    header.database = request_.database;
    header.role = request_.role;
    strlcpy(header.name, plan_.name.c_str(), sizeof header.name);
    header.statement_timeout_ms = plan_.runner.statement_timeout_ms;
    header.lock_timeout_ms = plan_.runner.lock_timeout_ms;
    header.max_retries = plan_.runner.max_retries;
    header.read_only = plan_.runner.read_only;
    header.rollback = plan_.runner.rollback;
    header.checksum = plan_.operation_limit > 0;
    strlcpy(header.isolation, plan_.runner.isolation.c_str(), sizeof header.isolation);
    header.coordinator_pid.store(MyProcPid);
    header.coordinator_proc.store(compat::my_proc_number());
    header.sessions.store(plan_.workers);
    header.think_mean_ns.store(
        plan_.load == core::LoadKind::Paced ? static_cast<int64_t>(plan_.think_time_ms * 1e6) : 0);
    for (size_t i = 0; i < sequences.size(); ++i) {
        memory_->sequences()[i].store(sequences[i]);
    }
    workers_ = std::make_unique<SpiWorkers>(*memory_, dsm_segment_handle(segment_));
}

} // namespace pg_stress::backend
