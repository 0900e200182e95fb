// classify(): a user's word on what a table is for. Zone: backend.
#include <algorithm>

#include "backend/catalog_reader.hpp"
#include "backend/guard.hpp"
#include "backend/sql.hpp"
#include "backend/target.hpp"
#include "core/similar_names.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "utils/varlena.h"
}

namespace pg_stress::backend {

namespace {

struct TableName {
    std::string schema, table; // schema is empty where the text has none
};

/** Parsed as SQL quotes names. */
TableName parse_table_name(const std::string& text) {
    const char* raw = text.c_str();
    const char* parts[2] = {nullptr, nullptr};
    const int count = call([&] {
        List* names = nullptr;
        if (!SplitIdentifierString(pstrdup(raw), '.', &names)) {
            return 0;
        }
        for (int i = 0; i < list_length(names) && i < 2; ++i) {
            parts[i] = static_cast<const char*>(list_nth(names, i));
        }
        return list_length(names);
    });
    if (count < 1 || count > 2) {
        raise(ERRCODE_INVALID_NAME, "\"" + text + "\" is not the name of a table", {},
              "Write schema.table, each part in double quotes where SQL needs them.");
    }
    return count == 1 ? TableName{{}, parts[0]} : TableName{parts[0], parts[1]};
}

[[noreturn]] void raise_unknown(const std::string& text, const TableName& wanted,
                                const core::SchemaModel& model) {
    std::vector<std::string> names;
    for (const core::Table& table : model.tables) {
        names.push_back((wanted.schema.empty() ? "" : table.schema + ".") + table.name);
    }
    std::string hint;
    const std::string name = (wanted.schema.empty() ? "" : wanted.schema + ".") + wanted.table;
    for (const size_t i : core::most_similar(name, names, 3)) {
        hint += (hint.empty() ? "Similar names: " : ", ") + model.tables[i].quoted();
    }
    raise(ERRCODE_UNDEFINED_TABLE, "table " + text + " does not exist", {},
          hint.empty() ? "The view pg_stress.schema_table lists the tables." : hint + ".");
}

const core::Table& find_table(const std::string& text, const core::SchemaModel& model) {
    const TableName wanted = parse_table_name(text);
    std::vector<const core::Table*> found;
    for (const core::Table& table : model.tables) {
        if (table.name == wanted.table &&
            (wanted.schema.empty() || table.schema == wanted.schema)) {
            found.push_back(&table);
        }
    }
    if (found.empty()) {
        raise_unknown(text, wanted, model);
    }
    if (found.size() > 1) {
        std::string list;
        for (const core::Table* table : found) {
            list += (list.empty() ? "" : ", ") + table->quoted();
        }
        raise(ERRCODE_AMBIGUOUS_ALIAS, "table name " + text + " is ambiguous", {},
              "Write one of " + list + ".");
    }
    return *found[0];
}

} // namespace

PGS_FUNCTION(classify) {
    const auto argument = [&](int number) {
        return PG_ARGISNULL(number) ? SqlText{} : SqlText(std::string(call([&] {
            return text_to_cstring(PG_GETARG_TEXT_PP(number));
        })));
    };
    const SqlText name = argument(0), table_class = argument(1);
    check_target(argument(2));
    if (!name) {
        raise(ERRCODE_NULL_VALUE_NOT_ALLOWED,
              "argument \"table_name\" of classify must not be null");
    }
    core::TableClass parsed{};
    if (table_class && !core::parse_table_class(*table_class, parsed)) {
        raise(ERRCODE_INVALID_PARAMETER_VALUE, "unknown class \"" + *table_class + "\"", {},
              std::string("Valid classes are ") + core::kTableClassNames +
                  "; NULL removes an override.");
    }
    const core::Table& table = find_table(*name, current_model(false));
    const std::string schema = table.schema, relation = table.name;
    SqlSession session;
    const OwnerRights rights;
    if (!table_class) {
        run_sql("DELETE FROM pg_stress.class_override WHERE schema_name = $1 AND table_name = $2",
                {schema, relation});
    } else {
        run_sql("INSERT INTO pg_stress.class_override AS o (schema_name, table_name, class) "
                "VALUES ($1, $2, $3) ON CONFLICT (schema_name, table_name) "
                "DO UPDATE SET class = excluded.class",
                {schema, relation, *table_class});
    }
    return static_cast<Datum>(0);
}

} // namespace pg_stress::backend
