// Each operation is tried once, and rolled back, before a run is accepted. Zone: backend.
#include <atomic>
#include <cstdint>
#include <vector>

#include "core/generator.hpp"
#include "core/sqlstate.hpp"

#include "backend/operation_runner.hpp"
#include "backend/process.hpp"
#include "backend/run_setup.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr int64_t kTrialBudgetNs = 15'000'000'000; // of all trials together
constexpr int kTrialStatementMs = 5000;
constexpr int kTries = 3; // an operation that finds nothing three times finds nothing

/** The sequence counters of a workload, set to where they begin. */
class Counters {
  public:
    explicit Counters(const core::Workload& workload)
        : counters_(static_cast<size_t>(sequence_count(workload))) {
        in_transaction([&] { resolve_sequences(workload, counters_.data()); });
    }
    std::atomic<int64_t>* data() { return counters_.data(); }
    std::vector<int64_t> values() const { return {counters_.begin(), counters_.end()}; }

  private:
    std::vector<std::atomic<int64_t>> counters_;
};

RunOutcome try_one(OperationRunner& runner, uint32_t operation) {
    RunOutcome outcome;
    for (uint64_t number = 0; number < kTries; ++number) {
        runner.trial(operation, number, outcome);
        if (outcome.status != RunStatus::Empty) {
            break;
        }
        call([&] { CHECK_FOR_INTERRUPTS(); });
    }
    return outcome;
}

std::string sqlstate_text(int packed) { return unpack_sql_state(packed); }

core::LeftOut left_out(const core::Operation& operation, const RunOutcome& outcome) {
    core::LeftOut entry;
    entry.object = operation.tables.empty() ? operation.name : operation.tables.front();
    entry.family = operation.family;
    entry.constraint = outcome.constraint;
    entry.reason = outcome.status == RunStatus::Empty
                       ? "operation " + operation.name + " finds nothing to do"
                       : "operation " + operation.name + " failed when tried: " + outcome.message +
                             " (" + sqlstate_text(outcome.sqlstate) + ")";
    return entry;
}

// Whether the trial says that the operation can never run; contention with others says nothing.
bool forbids(const RunOutcome& outcome) {
    if (outcome.status == RunStatus::Done || outcome.status == RunStatus::Cancelled) {
        return false;
    }
    if (outcome.status == RunStatus::Empty) {
        return true;
    }
    const auto failure = core::classify_sqlstate(sqlstate_text(outcome.sqlstate));
    return failure != core::FailureClass::Contention;
}

RunnerSettings trial_settings(const RunPlan& plan) {
    RunnerSettings settings = plan.runner;
    settings.statement_timeout_ms = kTrialStatementMs;
    settings.lock_timeout_ms = 1000;
    return settings;
}

[[noreturn]] void refuse(const core::Operation& operation, const RunOutcome& outcome) {
    raise(outcome.sqlstate, outcome.message,
          "Step " + std::to_string(outcome.step) + " of operation \"" + operation.name +
              "\" failed when it was tried.",
          "Mend the definition of the workload.");
}

} // namespace

std::vector<int64_t> try_operations(RunPlan& plan) {
    const int64_t until = monotonic_ns() + kTrialBudgetNs;
    std::vector<core::Operation> kept;
    core::Workload second_try; // with the times of existing rows
    std::vector<RunOutcome> first_outcomes;
    size_t untried = 0;
    {
        Counters counters(plan.workload);
        OperationRunner runner(plan.workload, trial_settings(plan), counters.data());
        runner.load_samples();
        for (uint32_t i = 0; i < plan.workload.operations.size(); ++i) {
            auto& operation = plan.workload.operations[i];
            if (monotonic_ns() > until) {
                ++untried;
                kept.push_back(operation);
                continue;
            }
            const RunOutcome outcome = try_one(runner, i);
            if (!forbids(outcome)) {
                kept.push_back(operation);
            } else if (!operation.generated) {
                const auto failure = core::classify_sqlstate(sqlstate_text(outcome.sqlstate));
                if (outcome.status == RunStatus::Failed &&
                    failure == core::FailureClass::Configuration) {
                    refuse(operation, outcome);
                }
                kept.push_back(operation); // it may find something to do later
            } else if (auto other = core::with_sampled_times(operation)) {
                second_try.operations.push_back(std::move(*other));
                first_outcomes.push_back(outcome);
            } else {
                plan.workload.left_out.push_back(left_out(operation, outcome));
            }
        }
    }
    if (!second_try.operations.empty()) {
        Counters counters(second_try);
        OperationRunner runner(second_try, trial_settings(plan), counters.data());
        runner.load_samples();
        for (uint32_t i = 0; i < second_try.operations.size(); ++i) {
            if (forbids(try_one(runner, i))) {
                plan.workload.left_out.push_back(
                    left_out(second_try.operations[i], first_outcomes[i]));
            } else {
                kept.push_back(second_try.operations[i]);
            }
        }
    }
    if (untried > 0) {
        plan.notes.push_back(std::to_string(untried) +
                             " operations were not tried before the run: the time for trials was "
                             "over.");
    }
    plan.workload.operations = std::move(kept);
    if (plan.workload.operations.empty()) {
        std::string reasons;
        for (size_t i = 0; i < plan.workload.left_out.size() && i < 5; ++i) {
            const auto& entry = plan.workload.left_out[i];
            reasons += (i > 0 ? "; " : "") + entry.object + ": " + entry.reason;
        }
        raise(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "there is no operation that could run in this database",
              reasons.empty() ? "It has no table that the role may use."
                              : "Left out: " + reasons + ".",
              "SELECT * FROM pg_stress.operations() lists everything and why; "
              "pg_stress.create_sample_shop() makes a schema to try.");
    }
    // Operations have left and changed places: the counters follow the workload that will run.
    return Counters(plan.workload).values();
}

} // namespace pg_stress::backend
