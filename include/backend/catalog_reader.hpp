// The schema model of the current database, read from the catalogs, and kept while nothing changes.
// Zone: backend. Needs an open transaction; every call may throw PgError.
#pragma once

#include <vector>

#include "core/classifier.hpp"
#include "core/schema_model.hpp"

namespace pg_stress::backend {

/** Reads all of it, under one snapshot: what the current role may use. Hashes are set; tables are
    not classified. */
core::SchemaModel read_catalog();

struct Introspection {
    core::SchemaModel model; // classified, with the users' overrides
    std::vector<core::Chain> chains;
    bool cached = false; // the last call read no catalog: nothing had changed
};

/** The kept model, read again where anything changed or when refresh is set. The reference holds
    until the next call in this process. */
const Introspection& introspect(bool refresh);

inline const core::SchemaModel& current_model(bool refresh) { return introspect(refresh).model; }

} // namespace pg_stress::backend
