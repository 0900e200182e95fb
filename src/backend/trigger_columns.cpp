// Columns that triggers maintain. Zone: backend. Calls nothing of the server.
#include <algorithm>

#include "core/trigger_source.hpp"

#include "catalog_builder.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend::catalog {

namespace {

/** The schemas of a search_path setting, without "$user". */
std::vector<std::string> schemas_of(std::string_view setting) {
    std::vector<std::string> out;
    std::string name;
    bool quoted = false;
    for (const char c : setting) {
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ',' || c == ' ')) {
            if (!name.empty()) {
                out.push_back(std::move(name));
                name.clear();
            }
        } else {
            name += c;
        }
    }
    if (!name.empty()) {
        out.push_back(std::move(name));
    }
    std::erase(out, "$user");
    return out;
}

/** The table that a trigger function means by a name. Where the function says nothing of the
    schema, the search_path of the session that fires it decides, which nobody knows now: then the
    trigger's own schema, the function's schema, or the only table of that name. */
core::Table* named_table(core::SchemaModel& model, const core::TriggerAssignment& assignment,
                         const std::vector<std::string>& schemas) {
    const auto at = [&](int i) { return i >= 0 ? &model.tables[static_cast<size_t>(i)] : nullptr; };
    if (!assignment.schema.empty()) {
        return at(model.find_table(assignment.schema, assignment.table));
    }
    for (const std::string& schema : schemas) {
        if (core::Table* table = at(model.find_table(schema, assignment.table))) {
            return table;
        }
    }
    core::Table* only = nullptr;
    for (core::Table& table : model.tables) {
        if (table.name == assignment.table) {
            if (only != nullptr) {
                return nullptr;
            }
            only = &table;
        }
    }
    return only;
}

/** A column that only an update fills must still come with the row when it cannot be left out. */
void mark(core::Table& table, const std::string& name, bool on_insert) {
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [&](const core::Column& c) { return c.name == name; });
    if (column != table.columns.end() &&
        (on_insert || !column->not_null || column->fills_itself())) {
        column->trigger_maintained = true;
    }
}

} // namespace

void ModelBuilder::mark_maintained(const Trigger& trigger) {
    const Function& function = rows_.functions.items[trigger.function];
    core::Table* own = model_table(trigger.table);
    if (function.kind == FunctionKind::AssignsFirstArgument && trigger.first_argument != nullptr) {
        mark(*own, trigger.first_argument, trigger.on_insert);
    }
    if (function.kind != FunctionKind::PlpgsqlSource) {
        return;
    }
    std::vector<std::string> schemas;
    if (function.search_path != nullptr) {
        schemas = schemas_of(function.search_path);
    }
    schemas.push_back(own->schema);
    schemas.push_back(schema_name(function.schema));
    for (const core::TriggerAssignment& item : core::find_trigger_assignments(function.source)) {
        if (!item.table.empty()) {
            if (core::Table* other = named_table(model_, item, schemas)) {
                mark(*other, item.column, false);
            }
        } else if (trigger.before_row && (trigger.on_insert || trigger.on_update)) {
            mark(*own, item.column, trigger.on_insert);
        }
    }
}

void ModelBuilder::add_triggers() {
    for (const Trigger& trigger : rows_.triggers) {
        core::Table* table = model_table(trigger.table);
        if (table == nullptr) {
            continue;
        }
        const std::string name = NameStr(trigger.name);
        const auto place = std::lower_bound(table->triggers.begin(), table->triggers.end(), name);
        if (place == table->triggers.end() || *place != name) {
            table->triggers.insert(place, name);
        }
        mark_maintained(trigger);
    }
}

} // namespace pg_stress::backend::catalog
