#include "table_traits.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/classifier.hpp"

namespace pg_stress::core {

namespace {

constexpr size_t kMostStates = 20;

bool is_time(const Column& column) {
    return column.family == TypeFamily::Timestamp || column.family == TypeFamily::Date;
}

/** How many values a column has, or 0 when that is not known or grows with the table. */
double few_values(const Column& column) {
    return column.statistics.present && column.statistics.distinct > 0 ? column.statistics.distinct
                                                                       : 0;
}

bool has_own_check(const Table& table, int16_t number) {
    return std::any_of(table.checks.begin(), table.checks.end(), [&](const Check& check) {
        return check.columns.size() == 1 && check.columns[0] == number;
    });
}

/** Why a column looks like the state of a row, or "": a small set of values, one of which every
    new row gets. */
std::string state_reason(const Table& table, const Column& column) {
    const double values = few_values(column);
    const bool starts_somewhere = column.not_null && column.has_default;
    const bool few = values >= 2 && values <= static_cast<double>(kMostStates);
    if (column.family == TypeFamily::Enum) {
        const size_t labels = column.labels.size();
        const bool fits = labels >= 2 && labels <= kMostStates && starts_somewhere;
        return fits ? "an enum of " + std::to_string(labels) + " labels" : "";
    }
    const bool type_fits = (column.family == TypeFamily::Text && column.base_type != "name") ||
                           column.integer_bytes == 2;
    if (!type_fits || column.serial || column.identity || column.generated) {
        return {};
    }
    const bool checked = has_own_check(table, column.number) || column.domain_has_check;
    if (checked && ((few && (starts_somewhere || column.family == TypeFamily::Text)) ||
                    (values == 0 && !column.statistics.present && starts_somewhere))) {
        return few ? "a checked column of " + std::to_string(std::lround(values)) + " values"
                   : "a checked column with a default";
    }
    if (starts_somewhere && few) {
        return std::to_string(std::lround(values)) + " values and a default";
    }
    return {};
}

} // namespace

TableTraits::TableTraits(const SchemaModel& model, const Table& table) {
    std::vector<char> is_key(table.columns.size(), 0); // of a foreign key or a unique index
    const auto mark = [&](const std::vector<int16_t>& numbers) {
        for (const int16_t number : numbers) {
            if (const Column* column = table.column(number)) {
                is_key[static_cast<size_t>(column - table.columns.data())] = 1;
            }
        }
    };
    for (const int k : table.foreign_keys) {
        const ForeignKey& key = model.foreign_keys[static_cast<size_t>(k)];
        mark(key.columns);
        foreign_keys += key.self() ? 0 : 1;
    }
    for (const Check& key : table.outside_keys) {
        mark(key.columns);
    }
    for (const int k : table.referenced_by) {
        const ForeignKey& key = model.foreign_keys[static_cast<size_t>(k)];
        if (!key.self()) {
            ++children;
            widest_fan_out = std::max(widest_fan_out, fan_out(model, key));
        }
    }
    const std::vector<char> is_foreign_key = is_key;
    for (const Index& index : table.indexes) {
        if (index.unique) {
            mark(index.columns);
        }
    }
    find_status(table, is_key);
    find_times(table);
    find_indexes(table, is_foreign_key);
    for (size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        texts += column.family == TypeFamily::Text && is_key[i] == 0 && &column != status ? 1 : 0;
    }
}

void TableTraits::find_status(const Table& table, const std::vector<char>& is_key) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        if (is_key[i] != 0) {
            continue;
        }
        std::string reason = state_reason(table, column);
        // Of several, one with a default moves rather than one that is chosen once.
        if (!reason.empty() &&
            (status == nullptr || (column.has_default && !status->has_default))) {
            status = &column;
            status_reason = std::move(reason);
        }
    }
}

void TableTraits::find_times(const Table& table) {
    size_t set_at_once = 0;
    for (const Column& column : table.columns) {
        if (!is_time(column) || column.generated) {
            continue;
        }
        times.push_back(&column);
        const bool always_full =
            column.not_null ||
            (column.statistics.present && column.statistics.null_fraction == 0) ||
            column.has_default;
        set_at_once += always_full ? 1 : 0;
        changing_times += column.trigger_maintained ? 1 : 0;
    }
    if (times.size() >= 2) {
        changing_times += times.size() - set_at_once; // begun, then finished
        const auto now_twice = std::count_if(times.begin(), times.end(), [](const Column* c) {
            return c->family == TypeFamily::Timestamp && c->not_null && c->has_default;
        });
        changing_times += now_twice >= 2 ? 1 : 0; // made, then touched
    }
}

void TableTraits::find_indexes(const Table& table, const std::vector<char>& is_key) {
    if (!table.partition_key.empty()) {
        const Column* first = table.column(table.partition_key[0]);
        if (first != nullptr && is_time(*first)) {
            time_order = first;
            time_order_reason = "partitioned by";
        }
    }
    for (const Index& index : table.indexes) {
        bool of_people = false, orders = false;
        for (const int16_t number : index.columns) {
            const Column* column = table.column(number);
            if (column == nullptr) {
                continue;
            }
            const bool foreign = is_key[static_cast<size_t>(column - table.columns.data())] != 0;
            of_people = of_people || (!foreign && !column->fills_itself());
            orders = orders || is_time(*column) ||
                     (column->family == TypeFamily::Integer && !foreign && column != status);
            if (index.method == AccessMethod::Brin && is_time(*column) && time_order == nullptr) {
                time_order = column;
                time_order_reason = "a block range index on";
            }
        }
        if (index.unique) {
            natural_keys += !index.primary && of_people ? 1 : 0;
            continue;
        }
        const bool status_leads = status != nullptr && !index.columns.empty() &&
                                  index.columns[0] == status->number && foreign_keys == 0;
        if (index.method == AccessMethod::Btree && orders && (index.partial || status_leads) &&
            (queue_index == nullptr || (index.partial && !queue_index->partial))) {
            queue_index = &index;
        }
    }
}

std::string rows_text(const Table& table) {
    if (!table.rows_known) {
        return "rows unknown";
    }
    return table.rows < 0.5 ? "no rows"
                            : "about " + std::to_string(std::llround(table.rows)) + " rows";
}

} // namespace pg_stress::core
