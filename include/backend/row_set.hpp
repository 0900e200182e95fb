// The rows of a set-returning function. Zone: backend.
#pragma once

#include <vector>

#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

/** Prepares the caller's result and takes rows as text, which each column's type reads. */
class RowSet {
  public:
    explicit RowSet(FunctionCallInfo fcinfo);
    void add(const std::vector<SqlText>& columns);

  private:
    Tuplestorestate* rows_;
    AttInMetadata* input_;
};

} // namespace pg_stress::backend
