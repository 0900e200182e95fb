// Statements of an operation: analysis, types of their parameters, kept plans, their rows.
// Zone: backend. Everything here may ereport and holds no C++ object with a destructor.
#include <algorithm>
#include <cstdint>

#include "backend/prepared_operation.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "access/detoast.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "utils/datum.h"
#include "utils/plancache.h"
}

namespace pg_stress::backend {

namespace {

Oid type_named(const std::string& name) {
    return DatumGetObjectId(DirectFunctionCall1(regtypein, CStringGetDatum(name.c_str())));
}

/** Type of the values that a source gives; InvalidOid where they are made to fit. */
Oid value_type_of(const Parameter& parameter, const PreparedStep* steps) {
    const core::Source& source = *parameter.source;
    switch (source.kind) {
    case core::SourceKind::Result: {
        const KeptColumn& column = steps[source.step].kept[static_cast<size_t>(parameter.result)];
        const Oid type = source.all ? get_array_type(column.type) : column.type;
        if (!OidIsValid(type)) {
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                            errmsg("could not find array type for data type %s",
                                   format_type_be(column.type))));
        }
        return type;
    }
    case core::SourceKind::Same:
        return parameter.same->type;
    default:
        return InvalidOid;
    }
}

/** What a parameter is when neither its source nor the statement says. */
Oid default_type(core::SourceKind kind) {
    switch (kind) {
    case core::SourceKind::Now:
        return TIMESTAMPTZOID;
    case core::SourceKind::Random:
    case core::SourceKind::Sequence:
        return INT8OID;
    default:
        return TEXTOID;
    }
}

void decide_types(PreparedStep& step, const PreparedStep* steps, Oid* types) {
    for (size_t i = 0; i < step.parameters.size(); ++i) {
        Parameter& parameter = step.parameters[i];
        const core::Source& source = *parameter.source;
        if (source.kind == core::SourceKind::Column) {
            parameter.value_type = step.draws[static_cast<size_t>(parameter.draw)]
                                       .draw->pool()
                                       .column(parameter.column)
                                       .type;
        } else {
            parameter.value_type = value_type_of(parameter, steps);
        }
        types[i] = source.type.empty() ? parameter.value_type : type_named(source.type);
    }
}

bool modifies(const Query* query) {
    switch (query->commandType) {
    case CMD_INSERT:
    case CMD_UPDATE:
    case CMD_DELETE:
#if PG_VERSION_NUM >= 150000
    case CMD_MERGE:
#endif
        return true;
    default:
        return query->hasModifyingCTE;
    }
}

bool locks_rows(Node* node, void* context);

/** Walkers of trees take a function without a prototype before 16, which C++ does not have. */
#if PG_VERSION_NUM >= 160000
constexpr auto kLocksRows = locks_rows;
#else
auto* const kLocksRows = reinterpret_cast<bool (*)()>(reinterpret_cast<void*>(locks_rows));
#endif

/** Walker: SELECT ... FOR UPDATE and its kin, at any depth. */
bool locks_rows(Node* node, void* context) {
    if (node == nullptr) {
        return false;
    }
    if (IsA(node, Query)) {
        auto* query = reinterpret_cast<Query*>(node);
        return query->rowMarks != NIL || query_tree_walker(query, kLocksRows, context, 0);
    }
    return expression_tree_walker(node, kLocksRows, context);
}

void find_kept_columns(PreparedStep& step, TupleDesc description) {
    for (auto& column : step.kept) {
        int found = -1;
        for (int i = 0; description != nullptr && i < description->natts; ++i) {
            if (strcmp(NameStr(TupleDescAttr(description, i)->attname), column.name) == 0) {
                found = i;
                break;
            }
        }
        if (found < 0) {
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("the statement returns no column \"%s\"", column.name),
                            errdetail_internal("%s", step.step->sql.c_str())));
        }
        Form_pg_attribute attribute = TupleDescAttr(description, found);
        const Oid type = getBaseType(attribute->atttypid);
        if (OidIsValid(column.type) && column.type != type) {
            ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                            errmsg("the type of result column \"%s\" has changed", column.name)));
        }
        column.number = static_cast<AttrNumber>(found + 1);
        column.type = type;
        get_typlenbyvalalign(type, &column.length, &column.by_value, &column.align);
    }
}

void prepare_step(PreparedStep& step, const PreparedStep* steps, MemoryContext memory) {
    const char* sql = step.step->sql.c_str();
    List* statements = raw_parser(sql, RAW_PARSE_DEFAULT);
    if (list_length(statements) != 1) {
        ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a step must be one statement"),
                        errdetail_internal("%s", sql)));
    }
    const int given = static_cast<int>(step.parameters.size());
    int count = given;
    auto* types = static_cast<Oid*>(palloc0(static_cast<size_t>(given + 1) * sizeof(Oid)));
    decide_types(step, steps, types);
    PushActiveSnapshot(GetTransactionSnapshot());
    Query* query = parse_analyze_varparams(linitial_node(RawStmt, statements), sql, &types, &count
#if PG_VERSION_NUM >= 150000
                                           ,
                                           nullptr
#endif
    );
    if (count > given) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_PARAMETER),
                        errmsg("there is no source for parameter $%d", given + 1),
                        errdetail_internal("%s", sql)));
    }
    for (int i = 0; i < given; ++i) {
        Parameter& parameter = step.parameters[static_cast<size_t>(i)];
        if (!OidIsValid(types[i]) || types[i] == UNKNOWNOID) {
            types[i] = default_type(parameter.source->kind);
        }
        parameter.type = types[i];
    }
    step.utility = query->commandType == CMD_UTILITY;
    step.writes = modifies(query);
    SPIPlanPtr plan = SPI_prepare_cursor(sql, given, types, CURSOR_OPT_PARALLEL_OK);
    PopActiveSnapshot();
    if (plan == nullptr) {
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("the statement cannot be prepared: %s", SPI_result_code_string(SPI_result)),
                 errdetail_internal("%s", sql)));
    }
    auto* source = static_cast<CachedPlanSource*>(linitial(SPI_plan_get_plan_sources(plan)));
    find_kept_columns(step, source->resultDesc);
    if (list_length(source->query_list) == 1) { // as rewritten, views and policies included
        Query* rewritten = linitial_node(Query, source->query_list);
        step.query_id = static_cast<int64_t>(rewritten->queryId);
        step.read_only = rewritten->commandType == CMD_SELECT && !step.writes &&
                         !locks_rows(reinterpret_cast<Node*>(rewritten), nullptr) &&
                         !contain_volatile_functions(reinterpret_cast<Node*>(rewritten));
    }
    MemoryContext old = MemoryContextSwitchTo(memory);
    for (auto& parameter : step.parameters) {
        if (parameter.same != nullptr) {
            parameter.value_type = parameter.same->type; // known now, if it is of this step
        }
        settle(parameter);
    }
    step.bound = makeParamList(given);
    for (int i = 0; i < given; ++i) {
        step.bound->params[i].ptype = types[i];
        step.bound->params[i].pflags = PARAM_FLAG_CONST;
    }
    MemoryContextSwitchTo(old);
    SPI_keepplan(plan);
    step.plan = plan;
}

// ---- rows

void starts(DestReceiver* self, int, TupleDesc description) {
    PreparedStep& step = *reinterpret_cast<StepReceiver*>(self)->step;
    bool same = true; // plans are made anew when tables change
    for (const auto& column : step.kept) {
        if (column.number > description->natts) {
            same = false;
            break;
        }
        Form_pg_attribute attribute = TupleDescAttr(description, column.number - 1);
        same =
            same && strcmp(NameStr(attribute->attname), column.name) == 0 &&
            (attribute->atttypid == column.type || getBaseType(attribute->atttypid) == column.type);
    }
    if (!same) {
        find_kept_columns(step, description);
    }
}

void keep(PreparedStep& step, TupleTableSlot* slot, MemoryContext memory) {
    KeptRows& rows = step.rows;
    const size_t width = step.kept.size();
    MemoryContext old = MemoryContextSwitchTo(memory);
    if (rows.count == rows.capacity) {
        const uint64_t capacity = std::max<uint64_t>(rows.capacity * 2, 4);
        auto* values = static_cast<Datum*>(palloc(capacity * width * sizeof(Datum)));
        auto* nulls = static_cast<bool*>(palloc(capacity * width * sizeof(bool)));
        if (rows.count > 0) {
            memcpy(values, rows.values, rows.count * width * sizeof(Datum));
            memcpy(nulls, rows.nulls, rows.count * width * sizeof(bool));
        }
        rows.capacity = capacity;
        rows.values = values;
        rows.nulls = nulls;
    }
    for (size_t i = 0; i < width; ++i) {
        const KeptColumn& column = step.kept[i];
        const size_t cell = rows.count * width + i;
        const Datum value = slot->tts_values[column.number - 1];
        rows.nulls[cell] = slot->tts_isnull[column.number - 1];
        if (!rows.nulls[cell]) {
            rows.values[cell] = column.length == -1
                                    ? PointerGetDatum(PG_DETOAST_DATUM_COPY(value))
                                    : datumCopy(value, column.by_value, column.length);
        }
    }
    ++rows.count;
    MemoryContextSwitchTo(old);
}

/** Reads the row's columns, those stored out of line or compressed too: a client would get them. */
bool receive(TupleTableSlot* slot, DestReceiver* self) {
    auto* receiver = reinterpret_cast<StepReceiver*>(self);
    PreparedStep& step = *receiver->step;
    slot_getallattrs(slot);
    TupleDesc description = slot->tts_tupleDescriptor;
    for (int i = 0; i < description->natts; ++i) {
        if (TupleDescAttr(description, i)->attlen == -1 && !slot->tts_isnull[i]) {
            auto* value = reinterpret_cast<varlena*>(DatumGetPointer(slot->tts_values[i]));
            if (VARATT_IS_EXTERNAL_ONDISK(value) || VARATT_IS_COMPRESSED(value)) {
                pfree(detoast_attr(value));
            }
        }
    }
    if (step.rows.count < step.keep) {
        keep(step, slot, receiver->memory);
    }
    return true;
}

void ends(DestReceiver*) {}

} // namespace

void prepare(PreparedOperation& operation, MemoryContext memory) {
    for (auto& step : operation.steps) {
        if (step.plan == nullptr && step.step->control == core::Control::None) {
            for (auto& draw : step.draws) {
                draw.draw->pool().resolve();
            }
            prepare_step(step, operation.steps.data(), memory);
        }
    }
    operation.ready = true;
}

void initialise(StepReceiver& receiver, MemoryContext memory) {
    receiver.server.receiveSlot = receive;
    receiver.server.rStartup = starts;
    receiver.server.rShutdown = ends;
    receiver.server.rDestroy = ends;
    receiver.server.mydest = DestSQLFunction; // neither SPI's own nor "none", which it treats apart
    receiver.memory = memory;
    receiver.step = nullptr;
}

} // namespace pg_stress::backend
