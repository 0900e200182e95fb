#include "backend/row_set.hpp"

#include "backend/guard.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

RowSet::RowSet(FunctionCallInfo fcinfo) {
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    if (result == nullptr || !IsA(result, ReturnSetInfo) ||
        (result->allowedModes & SFRM_Materialize) == 0) {
        raise(ERRCODE_FEATURE_NOT_SUPPORTED,
              "this function returns rows, which is not possible here", {}, "Call it in FROM.");
    }
    call([&] {
        TupleDesc shape = nullptr;
        if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
            elog(ERROR, "the function does not return rows");
        }
        const MemoryContext old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
        shape = CreateTupleDescCopy(shape);
        rows_ = tuplestore_begin_heap(true, false, work_mem);
        input_ = TupleDescGetAttInMetadata(shape);
        result->returnMode = SFRM_Materialize;
        result->setResult = rows_;
        result->setDesc = shape;
        MemoryContextSwitchTo(old);
    });
}

void RowSet::add(const std::vector<SqlText>& columns) {
    std::vector<char*> values;
    for (const auto& column : columns) {
        values.push_back(column ? const_cast<char*>(column->c_str()) : nullptr);
    }
    char** texts = values.data();
    call([&] {
        HeapTuple tuple = BuildTupleFromCStrings(input_, texts);
        tuplestore_puttuple(rows_, tuple);
        heap_freetuple(tuple);
    });
}

} // namespace pg_stress::backend
