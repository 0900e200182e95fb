// Building the parts of a runner from a workload. Zone: backend; calls to the server are guarded.
#include "backend/runner_parts.hpp"

#include <algorithm>
#include <cstdint>

#include "backend/guard.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

std::vector<double> weights_of(const core::Workload& workload) {
    std::vector<double> weights;
    for (const auto& operation : workload.operations) {
        weights.push_back(operation.weight);
    }
    return weights;
}

int isolation_level(const std::string& name) {
    if (name == "read uncommitted") {
        return XACT_READ_UNCOMMITTED;
    }
    if (name == "read committed") {
        return XACT_READ_COMMITTED;
    }
    if (name == "repeatable read") {
        return XACT_REPEATABLE_READ;
    }
    return name == "serializable" ? XACT_SERIALIZABLE : -1;
}

/** Keeps random numbers of different places in a workload apart. */
uint64_t stream_of(uint32_t operation, uint32_t step, size_t place) {
    return core::mix64((uint64_t{operation} << 40) ^ (uint64_t{step} << 20) ^ place);
}

constexpr size_t kDrawPlaces = 1U << 16; // draws count from here, parameters from 0

/** The source that `same` of that parameter means: the latest one before it. */
const Parameter* find_named(const PreparedOperation& operation, uint32_t step, size_t place,
                            const std::string& name) {
    for (uint32_t s = step + 1; s-- > 0;) {
        const auto& parameters = operation.steps[s].parameters;
        for (size_t i = s == step ? place : parameters.size(); i-- > 0;) {
            if (parameters[i].source->as == name) {
                return &parameters[i];
            }
        }
    }
    return nullptr;
}

/** The session's; samples and operations alike are bound by it. */
void set_lock_timeout(int ms) {
    if (ms != LockTimeout) {
        char text[16];
        snprintf(text, sizeof text, "%d", ms);
        SetConfigOption("lock_timeout", text, PGC_USERSET, PGC_S_SESSION);
    }
}

int keep_column(PreparedStep& from, const std::string& name) {
    for (size_t i = 0; i < from.kept.size(); ++i) {
        if (name == from.kept[i].name) {
            return static_cast<int>(i);
        }
    }
    KeptColumn column;
    column.name = name.c_str();
    from.kept.push_back(column);
    return static_cast<int>(from.kept.size()) - 1;
}

} // namespace

OperationRunner::Parts::Parts(const core::Workload& definition, const RunnerSettings& wanted,
                              std::atomic<int64_t>* sequences)
    : workload(definition), settings(wanted), lock_timeout_before(LockTimeout),
      choice(weights_of(definition)) {
    call([&] {
        set_lock_timeout(settings.lock_timeout_ms);
        memory =
            AllocSetContextCreate(TopMemoryContext, "pg_stress runner", ALLOCSET_DEFAULT_SIZES);
        execution.memory =
            AllocSetContextCreate(memory, "pg_stress operation", ALLOCSET_DEFAULT_SIZES);
    });
    execution.plan_memory = memory;
    execution.statement_timeout_ms = settings.statement_timeout_ms;
    execution.read_only = settings.read_only;
    execution.rollback = settings.rollback;
    initialise(execution.receiver, execution.memory);
    operations.resize(workload.operations.size());
    reserved.resize(workload.operations.size());
    for (size_t i = 0; i < operations.size(); ++i) {
        build(i);
    }
    for (auto& entry : pools) {
        if (entry->written) {
            written.push_back(entry.get());
        }
    }
    execution.context.seed = settings.seed;
    execution.context.run_id = settings.run_id;
    execution.context.sequences = sequences;
    execution.context.unique_sources = static_cast<uint64_t>(std::max(unique_sources, 1));
    execution.context.saved = saved.data();
    execution.context.saved_count = saved.size();
}

OperationRunner::Parts::~Parts() {
    for (auto& operation : operations) {
        for (auto& step : operation.steps) {
            if (step.plan != nullptr) {
                SPI_freeplan(step.plan);
            }
        }
    }
    if (!IsTransactionState()) {
        pgstat_report_stat(true); // whoever reads the server's counters next finds ours in them
    }
    set_lock_timeout(lock_timeout_before);
    draws.clear();
    pools.clear();
    MemoryContextDelete(memory);
}

PoolEntry& OperationRunner::Parts::pool_of(const std::string& table) {
    for (auto& entry : pools) {
        if (entry->pool.table() == table) {
            return *entry;
        }
    }
    pools.push_back(std::make_unique<PoolEntry>(table, memory));
    return *pools.back();
}

void OperationRunner::Parts::build(size_t index) {
    const core::Operation& definition = workload.operations[index];
    PreparedOperation& operation = operations[index];
    operation.operation = &definition;
    operation.isolation =
        isolation_level(definition.isolation.empty() ? settings.isolation : definition.isolation);
    operation.steps.resize(definition.steps.size());
    size_t names = 0;
    for (size_t s = 0; s < definition.steps.size(); ++s) {
        const core::Step& step = definition.steps[s];
        PreparedStep& prepared = operation.steps[s];
        prepared.step = &step;
        prepared.parameters.resize(step.parameters.size());
        for (size_t i = 0; i < step.parameters.size(); ++i) {
            prepared.parameters[i].source = &step.parameters[i];
            if (!step.parameters[i].as.empty()) {
                prepared.parameters[i].saved = static_cast<int>(names++);
            }
        }
        build_draws(static_cast<uint32_t>(index), static_cast<uint32_t>(s), reserved[index]);
        build_parameters(operation, static_cast<uint32_t>(index), static_cast<uint32_t>(s));
    }
    saved.resize(std::max(saved.size(), names));
    for (const auto& step : definition.steps) {
        for (auto& entry : pools) {
            entry->written = entry->written || entry->pool.table() == step.written_table;
        }
    }
}

void OperationRunner::Parts::build_draws(uint32_t index, uint32_t number,
                                         std::vector<PoolEntry*>& reserved_draws) {
    struct Group { // sources of one row
        PoolEntry* entry;
        int pick;
        core::Skew skew;
        bool reserved;
        std::vector<int> columns; // that must not be NULL
    };
    std::vector<Group> groups;
    PreparedStep& step = operations[index].steps[number];
    for (auto& parameter : step.parameters) {
        const core::Source& source = *parameter.source;
        if (source.kind != core::SourceKind::Column) {
            continue;
        }
        PoolEntry& entry = pool_of(source.table);
        auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
            return g.entry == &entry && g.pick == source.pick;
        });
        if (group == groups.end()) {
            group = groups.insert(group, {&entry, source.pick, source.skew, false, {}});
        }
        parameter.draw = static_cast<int>(group - groups.begin());
        parameter.column = entry.pool.add_column(source.column);
        group->reserved = group->reserved || source.reserved;
        if (source.reserved) {
            entry.pool.reserve_by(parameter.column);
        }
        if (!source.nulls) {
            group->columns.push_back(parameter.column);
        }
    }
    for (auto& group : groups) {
        std::sort(group.columns.begin(), group.columns.end());
        group.columns.erase(std::unique(group.columns.begin(), group.columns.end()),
                            group.columns.end());
        PoolEntry& entry = *group.entry;
        Draw* found = nullptr;
        for (Draw* draw : entry.draws) {
            found =
                draw->matches(entry.pool, group.columns, group.skew, group.reserved) ? draw : found;
        }
        if (found == nullptr) {
            draws.push_back(
                std::make_unique<Draw>(entry.pool, group.columns, group.skew, group.reserved));
            found = draws.back().get();
            entry.draws.push_back(found);
        }
        StepDraw draw{found, &entry.turn, stream_of(index, number, kDrawPlaces + step.draws.size()),
                      0, 0};
        if (group.reserved) {
            draw.turn_offset = static_cast<uint32_t>(
                std::count(reserved_draws.begin(), reserved_draws.end(), &entry));
            reserved_draws.push_back(&entry);
            any_reserved = true;
        }
        step.draws.push_back(draw);
    }
}

void OperationRunner::Parts::build_parameters(PreparedOperation& operation, uint32_t index,
                                              uint32_t number) {
    PreparedStep& step = operation.steps[number];
    const auto earlier = [&](int wanted) -> PreparedStep& {
        if (wanted < 0 || static_cast<uint32_t>(wanted) >= number) {
            raise(ERRCODE_INVALID_PARAMETER_VALUE,
                  "step " + std::to_string(number) + " of operation \"" +
                      operation.operation->name + "\" refers to step " + std::to_string(wanted) +
                      ", which is not before it");
        }
        return operation.steps[static_cast<size_t>(wanted)];
    };
    const uint64_t everything = UINT64_MAX;
    if (step.step->foreach_step >= 0) {
        earlier(step.step->foreach_step).keep = everything;
    }
    for (size_t i = 0; i < step.parameters.size(); ++i) {
        Parameter& parameter = step.parameters[i];
        const core::Source& source = *parameter.source;
        parameter.stream = stream_of(index, number, i);
        if (source.kind == core::SourceKind::Result) {
            PreparedStep& from = earlier(source.step);
            parameter.result = keep_column(from, source.column);
            parameter.current = source.row < 0 && source.step == step.step->foreach_step;
            const auto rows = static_cast<uint64_t>(std::max(source.row, 0)) + 1;
            from.keep = source.all ? everything : std::max(from.keep, rows);
        } else if (source.kind == core::SourceKind::Unique) {
            parameter.ordinal = unique_sources++;
        } else if (source.kind == core::SourceKind::Same) {
            parameter.same = find_named(operation, number, i, source.same);
            if (parameter.same == nullptr) {
                raise(ERRCODE_INVALID_PARAMETER_VALUE, "no source before it is named \"" +
                                                           source.same + "\" in operation \"" +
                                                           operation.operation->name + "\"");
            }
        } else if (source.kind == core::SourceKind::Sequence) {
            parameter.counter = counter_of(workload, source);
        }
    }
}

} // namespace pg_stress::backend
