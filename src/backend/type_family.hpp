// Families and limits of types, by the identity of the base type. Zone: backend.
#pragma once

#include "core/schema_model.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend::catalog {

core::TypeFamily type_family(Oid base, char kind, char category);
/** Sets length, precision, scale and integer_bytes from the type and its modifier. */
void set_type_limits(core::Column& column, Oid base, int32 modifier);

} // namespace pg_stress::backend::catalog
