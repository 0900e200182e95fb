#include "core/table_facts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>

#include "core/classifier.hpp"
#include "core/sql_text.hpp"

namespace pg_stress::core {

namespace {

size_t position(const Table& table, int16_t number) {
    const Column* column = table.column(number);
    return column == nullptr ? table.columns.size()
                             : static_cast<size_t>(column - table.columns.data());
}

class UseReader {
  public:
    UseReader(const SchemaModel& model, TableFacts& facts)
        : model_(model), table_(*facts.table), facts_(facts) {
        facts_.uses.resize(table_.columns.size());
    }

    void run() {
        for (const Column* column : facts_.key) {
            mark({column->number}, &ColumnUse::key);
        }
        bool expression_key = false;
        for (const Index& index : table_.indexes) {
            if (index.unique || index.exclusion) {
                mark(index.columns, &ColumnUse::unique);
                expression_key = expression_key || index.expression;
            }
        }
        for (const int key : table_.foreign_keys) {
            mark(model_.foreign_keys[static_cast<size_t>(key)].columns, &ColumnUse::foreign);
        }
        for (const int key : table_.referenced_by) {
            mark(model_.foreign_keys[static_cast<size_t>(key)].parent_columns,
                 &ColumnUse::referenced);
        }
        mark(table_.partition_key, &ColumnUse::partition);
        read_checks();
        for (size_t i = 0; i < table_.columns.size(); ++i) {
            const Column& column = table_.columns[i];
            ColumnUse& use = facts_.uses[i];
            // An index over an expression may be about any text.
            const bool hidden_key = expression_key && column.family == TypeFamily::Text;
            use.changeable = !use.key && !use.unique && !use.foreign && !use.referenced &&
                             !use.partition && !use.group_check && !hidden_key &&
                             !column.generated && !column.identity && !column.serial &&
                             !column.trigger_maintained;
        }
    }

  private:
    void mark(const std::vector<int16_t>& numbers, bool ColumnUse::*flag) {
        for (const int16_t number : numbers) {
            const size_t at = position(table_, number);
            if (at < facts_.uses.size()) {
                facts_.uses[at].*flag = true;
            }
        }
    }

    void read_checks() {
        for (const Check& check : table_.checks) {
            for (const int16_t number : check.columns) {
                const size_t at = position(table_, number);
                if (at >= facts_.uses.size()) {
                    continue;
                }
                ColumnUse& use = facts_.uses[at];
                use.checked = true;
                use.group_check = use.group_check || check.columns.size() > 1;
                if (use.check_name.empty()) {
                    use.check_name = check.name;
                }
            }
        }
        for (size_t i = 0; i < table_.columns.size(); ++i) {
            facts_.uses[i].checked = facts_.uses[i].checked || table_.columns[i].domain_has_check;
        }
    }

    const SchemaModel& model_;
    const Table& table_;
    TableFacts& facts_;
};

/** How good a column is to be changed by an UPDATE; 0: not at all. */
int change_rank(const Column& column, const ColumnUse& use) {
    int rank = 0;
    switch (column.family) {
    case TypeFamily::Text:
        rank = 90;
        break;
    case TypeFamily::Integer:
    case TypeFamily::Numeric:
        rank = 60;
        break;
    case TypeFamily::Boolean:
    case TypeFamily::Enum:
        rank = 50;
        break;
    case TypeFamily::Date:
    case TypeFamily::Timestamp:
    case TypeFamily::Time:
    case TypeFamily::Interval:
    case TypeFamily::Network:
    case TypeFamily::Uuid:
        rank = 40;
        break;
    case TypeFamily::Array:
    case TypeFamily::Bytea:
    case TypeFamily::Bit:
    case TypeFamily::Range:
        rank = 20;
        break;
    default:
        return 0; // documents have a family of their own
    }
    if (use.checked) {
        rank -= 15;
    }
    if (column.statistics.present && column.statistics.null_fraction > 0.8) {
        rank -= 30; // few rows to take a value from
    }
    return std::max(rank, 1);
}

/** How much a column looks like the state of its row, by type and number of values; 0: not. */
int status_rank(const Table& table, const Column& column) {
    if (column.family == TypeFamily::Enum) {
        return 3;
    }
    const bool few = column.statistics.present && column.statistics.distinct >= 2 &&
                     column.statistics.distinct <= 20;
    if (!few || !column.not_null) {
        return 0;
    }
    if (column.family == TypeFamily::Text) {
        return 2;
    }
    const bool stateful =
        table.table_class == TableClass::Transactional || table.table_class == TableClass::Queue;
    return stateful && column.integer_bytes == 2 ? 1 : 0;
}

bool roomy_number(const Column& column) {
    return column.family == TypeFamily::Numeric &&
           (column.precision == 0 || column.precision - column.scale >= 8);
}

bool key_like(const Column& column) {
    return column.statistics.present &&
           (column.statistics.distinct < -0.9 || column.statistics.null_fraction > 0.5);
}

void choose_time_columns(TableFacts& facts) {
    const Column* first = nullptr;
    double most_null = 0;
    for (size_t i = 0; i < facts.table->columns.size(); ++i) {
        const Column& column = facts.table->columns[i];
        const ColumnUse& use = facts.uses[i];
        if (column.family != TypeFamily::Timestamp && column.family != TypeFamily::Date) {
            continue;
        }
        const bool always = column.not_null || column.has_default;
        if (facts.time == nullptr || (always && !facts.time->not_null)) {
            facts.time = &column;
        }
        if (column.family != TypeFamily::Timestamp) {
            continue;
        }
        if (use.changeable && !use.checked) {
            if (always && first != nullptr) {
                facts.touched = &column; // the last of several times that every row has
            } else if (!always) {
                const double null =
                    column.statistics.present ? column.statistics.null_fraction : 0.5;
                if (null >= 0.5 && null > most_null) {
                    most_null = null;
                    facts.removed_at = &column;
                } else if (null < 0.5 && facts.touched == nullptr) {
                    facts.touched = &column;
                }
            }
        }
        if (always && first == nullptr) {
            first = &column;
        }
    }
}

void choose_columns(TableFacts& facts) {
    choose_time_columns(facts);
    std::vector<std::pair<int, const Column*>> ranked;
    const Column* loose_counter = nullptr;
    const Column* fixed_status = nullptr;
    int best_state = 0;
    for (size_t i = 0; i < facts.table->columns.size(); ++i) {
        const Column& column = facts.table->columns[i];
        const ColumnUse& use = facts.uses[i];
        const bool own = !use.key && !use.foreign && !use.unique;
        const int rank = use.changeable ? change_rank(column, use) : 0;
        if (rank > 0 && &column != facts.touched && &column != facts.removed_at) {
            ranked.emplace_back(-rank, &column);
        }
        const int state = own ? status_rank(*facts.table, column) : 0;
        if (use.changeable && state > best_state) {
            facts.status = &column;
            best_state = state;
        } else if (!use.changeable && state > 0 && fixed_status == nullptr) {
            fixed_status = &column;
        }
        if (use.changeable && !use.checked && !key_like(column)) {
            if (column.family == TypeFamily::Integer && column.integer_bytes >= 4 &&
                (column.not_null || column.has_default) && state == 0 && facts.counter == nullptr) {
                facts.counter = &column;
            } else if (roomy_number(column) && loose_counter == nullptr) {
                loose_counter = &column;
            }
        }
        const bool numeric = column.family == TypeFamily::Integer ||
                             (column.family == TypeFamily::Numeric && column.base_type != "money");
        if (own && numeric && !column.identity && !column.serial && !use.referenced &&
            (facts.number == nullptr || (facts.number->family == TypeFamily::Integer &&
                                         column.family == TypeFamily::Numeric))) {
            facts.number = &column;
        }
        if (!use.foreign && column.family == TypeFamily::Text && facts.label == nullptr) {
            facts.label = &column;
        }
        if (column.jsonb && facts.document == nullptr) {
            facts.document = &column;
        }
        if (use.changeable && column.family == TypeFamily::Boolean && column.not_null &&
            !use.checked && facts.removed_at == nullptr) {
            facts.removed_at = &column;
        }
    }
    facts.status_changeable = facts.status != nullptr;
    if (facts.status == nullptr) {
        facts.status = fixed_status;
    }
    if (facts.counter == nullptr) {
        facts.counter = loose_counter;
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& entry : ranked) {
        facts.changeable.push_back(entry.second);
    }
}

double importance_of(const Table& table) {
    double factor = 1;
    switch (table.table_class) {
    case TableClass::Transactional:
        factor = 1.4;
        break;
    case TableClass::Entity:
    case TableClass::Queue:
        factor = 1.2;
        break;
    case TableClass::Lookup:
        factor = 0.6;
        break;
    case TableClass::Hierarchical:
    case TableClass::Junction:
    case TableClass::Satellite:
        factor = 0.8;
        break;
    case TableClass::AppendOnly:
        break;
    }
    const double links =
        static_cast<double>(std::min<size_t>(table.referenced_by.size(), 5)) * 0.1 + 1;
    return factor * links * (1 + std::log10(1 + std::max(table.rows, 0.0)));
}

void find_why_not_written(TableFacts& facts) {
    const Table& table = *facts.table;
    if (table.kind == TableKind::Foreign) {
        facts.no_writes = "a foreign table is only read";
    } else if (table.row_security) {
        facts.no_writes = "row security applies to this role: which rows it may write is not known";
    } else if (table.has_insert_rule) {
        facts.no_writes = "a rule rewrites what is written to it";
    } else if (!table.can_insert && !table.can_update && !table.can_delete) {
        facts.no_writes = "this role has no privilege to write it";
    }
}

} // namespace

const ColumnUse& TableFacts::use(const Column& column) const {
    return uses[static_cast<size_t>(&column - table->columns.data())];
}

SchemaFacts::SchemaFacts(const SchemaModel& model, const GeneratorOptions& options)
    : model_(model), options_(options), tables_(model.tables.size()) {
    const auto names = [](const std::vector<std::string>& list) {
        std::set<std::string> out;
        for (const auto& name : list) {
            out.insert(normal_table_name(name));
        }
        return out;
    };
    const std::set<std::string> included = names(options.include_tables);
    const std::set<std::string> excluded = names(options.exclude_tables);
    const std::set<std::string> schemas(options.schemas.begin(), options.schemas.end());
    for (size_t i = 0; i < model.tables.size(); ++i) {
        const Table& table = model.tables[i];
        TableFacts& facts = tables_[i];
        facts.table = &table;
        facts.index = static_cast<int>(i);
        facts.name = table.quoted();
        facts.selected = table.can_select && !table.columns.empty() &&
                         (schemas.empty() || schemas.count(table.schema) > 0) &&
                         (included.empty() || included.count(facts.name) > 0) &&
                         excluded.count(facts.name) == 0;
        const auto looked_up = options.has_rows.find(table.oid);
        facts.empty = looked_up != options.has_rows.end()
                          ? !looked_up->second
                          : table.rows < 1 && table.kind != TableKind::Foreign;
        facts.big = table.rows > kScannableRows || table.kind == TableKind::Foreign;
        if (const Index* key = table.kind == TableKind::Foreign ? nullptr : table.primary_key()) {
            for (const int16_t number : key->columns) {
                if (const Column* column = table.column(number)) {
                    facts.key.push_back(column);
                }
            }
            facts.small_key = facts.key.size() == 1 && facts.key[0]->integer_bytes == 2;
        }
        UseReader(model, facts).run();
        choose_columns(facts);
        find_why_not_written(facts);
        facts.importance = importance_of(table);
    }
}

bool SchemaFacts::served(const TableFacts& facts, const std::vector<int16_t>& columns) const {
    if (facts.table->kind == TableKind::Foreign) {
        return false;
    }
    if (!facts.big) {
        return true;
    }
    return std::any_of(
        facts.table->indexes.begin(), facts.table->indexes.end(), [&](const Index& index) {
            const bool usable = index.valid && !index.partial &&
                                (index.method == AccessMethod::Btree ||
                                 (index.method == AccessMethod::Hash && columns.size() == 1));
            return usable && index.columns.size() >= columns.size() &&
                   std::is_permutation(columns.begin(), columns.end(), index.columns.begin());
        });
}

bool SchemaFacts::joinable(const ForeignKey& key) const {
    if (key.self() || key.child < 0 || key.parent < 0) {
        return false;
    }
    const TableFacts& child = at(key.child);
    const TableFacts& parent = at(key.parent);
    const bool used = std::none_of(key.columns.begin(), key.columns.end(), [&](int16_t number) {
        const Column* column = child.table->column(number);
        return column != nullptr && column->statistics.present &&
               column->statistics.null_fraction > 0.99;
    });
    return child.selected && parent.selected && !child.empty && !parent.empty && used &&
           !parent.key.empty() && served(child, key.columns);
}

int SchemaFacts::best_child_key(const TableFacts& facts, double most_children) const {
    int best = -1;
    for (const int number : facts.table->referenced_by) {
        const ForeignKey& candidate = key(number);
        if (!joinable(candidate) || fan_out(model_, candidate) > most_children) {
            continue;
        }
        std::vector<int16_t> primary;
        for (const Column* column : facts.key) {
            primary.push_back(column->number);
        }
        const auto& pointed = candidate.parent_columns;
        const bool to_primary =
            primary.size() == pointed.size() &&
            std::is_permutation(pointed.begin(), pointed.end(), primary.begin());
        if (to_primary &&
            (best < 0 || at(candidate.child).importance > at(key(best).child).importance)) {
            best = number;
        }
    }
    return best;
}

int SchemaFacts::best_parent_key(const TableFacts& facts) const {
    int best = -1;
    for (const int number : facts.table->foreign_keys) {
        const ForeignKey& candidate = key(number);
        if (joinable(candidate) &&
            (best < 0 || at(candidate.parent).importance > at(key(best).parent).importance)) {
            best = number;
        }
    }
    return best;
}

const Index* SchemaFacts::index_on(const TableFacts& facts, const Column& column,
                                   AccessMethod method) const {
    for (const Index& index : facts.table->indexes) {
        if (index.valid && !index.partial && index.method == method && !index.columns.empty() &&
            index.columns[0] == column.number) {
            return &index;
        }
    }
    return nullptr;
}

std::string normal_table_name(std::string_view text) {
    const std::vector<SqlToken> tokens = sql_tokens(text);
    const auto name = [&](size_t i) {
        return tokens[i].kind == SqlToken::Kind::Word ||
               tokens[i].kind == SqlToken::Kind::QuotedName;
    };
    if (tokens.size() != 3 || !name(0) || tokens[1].text != "." || !name(2)) {
        return {};
    }
    return quote_name(tokens[0].text) + "." + quote_name(tokens[2].text);
}

} // namespace pg_stress::core
