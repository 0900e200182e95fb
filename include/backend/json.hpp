// Between jsonb and core::Value. Zone: backend.
#pragma once

#include <string>

#include "core/value.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

/** The same value as plain data. Memory of the server is used only while it runs. */
core::Value value_from_jsonb(Jsonb* document);

/** The jsonb of a value, palloc'd in the current context. Raises 22P02 like jsonb's input does. */
Jsonb* jsonb_from_value(const core::Value& value);

/** JSON text as plain data; PgError 22P02 when it is none. */
core::Value parse_json(const std::string& text);

} // namespace pg_stress::backend
