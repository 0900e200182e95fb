// Rows of a set-returning function, made from C++ values. Zone: backend.
//
// Values are copied into plain cells first; one guarded call per row turns them into datums.
#pragma once

#include <string>
#include <vector>

#include "backend/postgres.hpp"

namespace pg_stress::backend {

class ResultRows {
  public:
    /** The function's result becomes a tuplestore, as its declaration says (OUT arguments). */
    explicit ResultRows(FunctionCallInfo fcinfo);

    ResultRows& null();
    ResultRows& text(const std::string& value);
    ResultRows& texts(const std::vector<std::string>& values); // text[]
    ResultRows& number(double value);                          // double precision
    ResultRows& integer(int64_t value);                        // bigint
    ResultRows& whole(int32_t value);                          // integer
    ResultRows& boolean(bool value);
    ResultRows& oid(uint32_t value);
    void end_row();

  private:
    struct Cell {
        enum class Kind : uint8_t { Null, Text, Texts, Value } kind;
        size_t from, to; // in texts_
        Datum value;
    };
    ResultRows& add(Cell::Kind kind, size_t texts, Datum value);

    ReturnSetInfo* result_;
    MemoryContext row_context_ = nullptr;
    std::vector<Cell> cells_;
    std::vector<std::string> texts_;
    std::vector<Datum> values_;
    std::vector<char> nulls_; // as bool
};

} // namespace pg_stress::backend
