// Operations that add rows. Zone: core.
#include <algorithm>
#include <cstdint>

#include "core/operation_families.hpp"
#include "core/statement.hpp"

namespace pg_stress::core {

namespace {

constexpr int kPicksOfARow = 20; // several rows of a statement draw different template rows
constexpr double kSmallKeyWeight = 0.3;

class RowWriter {
  public:
    RowWriter(Statement& statement, const TableFacts& facts, const InsertPlan& plan,
              int parent_step)
        : statement_(statement), facts_(facts), plan_(plan), parent_step_(parent_step) {}

    std::string row(int number) {
        values_.assign(plan_.columns.size(), {});
        for (size_t i = 0; i < plan_.columns.size(); ++i) {
            if (plan_.columns[i].form != ValueForm::NextInGroup) {
                values_[i] = value(plan_.columns[i], number);
            }
        }
        std::string out;
        for (size_t i = 0; i < plan_.columns.size(); ++i) {
            if (plan_.columns[i].form == ValueForm::NextInGroup) {
                values_[i] = next_in_group(plan_.columns[i], number);
            }
            out += (i == 0 ? "" : ", ") + values_[i];
        }
        return "(" + out + ")";
    }

  private:
    Source of_row(Source source, ValueRole role, int number) const {
        if (role == ValueRole::NewParent) {
            source.step = parent_step_;
        } else if (role == ValueRole::Template || plan_.spread_parents || number == 0 ||
                   role == ValueRole::Fresh) {
            const bool drawn = source.kind == SourceKind::Column || source.kind == SourceKind::Now;
            source.pick += drawn ? number * kPicksOfARow : 0;
        }
        return source;
    }

    std::string value(const InsertColumn& column, int number) {
        const std::string first = statement_.bind(of_row(column.source, column.role, number));
        if (column.form != ValueForm::Prefixed) {
            return first;
        }
        const std::string second =
            statement_.bind(of_row(column.second, ValueRole::Template, number));
        return "(" + first + "::text || " + second + "::text)";
    }

    std::string next_in_group(const InsertColumn& column, int number) {
        std::string where;
        for (const int16_t part : column.group) {
            for (size_t i = 0; i < plan_.columns.size(); ++i) {
                if (plan_.columns[i].column->number != part) {
                    continue;
                }
                if (plan_.columns[i].role == ValueRole::NewParent) {
                    return std::to_string(number + 1); // a new parent has no other rows
                }
                where += (where.empty() ? "" : " AND ") + std::string("x.") +
                         quote_name(plan_.columns[i].column->name) + " = " + values_[i];
            }
        }
        return "(SELECT coalesce(max(x." + quote_name(column.column->name) + "), 0) + 1 FROM " +
               facts_.name + " AS x" + (where.empty() ? "" : " WHERE " + where) + ")";
    }

    Statement& statement_;
    const TableFacts& facts_;
    const InsertPlan& plan_;
    int parent_step_;
    std::vector<std::string> values_;
};

std::vector<const Column*> inserted_columns(const InsertPlan& plan) {
    std::vector<const Column*> out;
    for (const InsertColumn& column : plan.columns) {
        out.push_back(column.column);
    }
    return out;
}

void touch(Operation& operation, const TableFacts& facts) {
    if (std::find(operation.tables.begin(), operation.tables.end(), facts.name) ==
        operation.tables.end()) {
        operation.tables.push_back(facts.name);
    }
}

/** Adds a step that inserts rows and returns the key and the columns that children point at. */
void add_insert(Operation& operation, const TableFacts& facts, const InsertPlan& plan, int rows,
                int parent_step) {
    Statement statement;
    std::string sql = insert_values(statement, facts, plan, rows, parent_step);
    std::vector<const Column*> returned = facts.key;
    for (const Column& column : facts.table->columns) {
        if (facts.use(column).referenced) {
            add_column(returned, &column);
        }
    }
    if (!returned.empty()) {
        sql += " RETURNING " + column_list(returned);
    }
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    touch(operation, facts);
    if (plan.small_key) {
        operation.weight = kSmallKeyWeight;
    }
}

/** Adds the inserts of a row and of the parents that it needs; false when there is no way. */
bool add_row(const Scene& scene, Operation& operation, const TableFacts& facts) {
    const auto keys = scene.inserts.parents_needed(facts);
    if (!keys) {
        return false;
    }
    if (keys->empty()) {
        add_insert(operation, facts, scene.inserts.plan(facts), 1, -1);
        return true;
    }
    const TableFacts& root = scene.schema.at(scene.schema.key(keys->front()).parent);
    add_insert(operation, root, scene.inserts.plan(root), 1, -1);
    for (const int key : *keys) {
        const TableFacts& child = scene.schema.at(scene.schema.key(key).child);
        add_insert(operation, child, scene.inserts.plan(child, key), 1,
                   static_cast<int>(operation.steps.size()) - 1);
    }
    return true;
}

bool refuse(const Scene& scene, const TableFacts& facts, LeftOut& why) {
    const InsertPlan& plan = scene.inserts.plan(facts);
    if (!plan.possible) {
        why.constraint = plan.left_out.constraint;
        why.reason = plan.left_out.reason;
    }
    return false;
}

bool refuse_small_key(const TableFacts& facts, LeftOut& why) {
    const Index* key = facts.table->primary_key();
    why.constraint = key != nullptr ? key->name : "";
    why.reason = "a smallint key holds too few numbers for many rows at once";
    return false;
}

/** The child to which a transaction adds rows under a new parent; -1 for none. */
int chain_key(const Scene& scene, const TableFacts& facts) {
    int best = -1;
    double best_rank = 0;
    for (const int number : facts.table->referenced_by) {
        const ForeignKey& key = scene.schema.key(number);
        const TableFacts& child = scene.schema.at(key.child);
        if (key.self() || !child.writable() || !scene.inserts.plan(child, number).possible) {
            continue;
        }
        double rank = child.importance;
        if (!scene.inserts.plan(child).possible) {
            rank += 100; // it has no other way to get rows
        }
        if (best < 0 || rank > best_rank) {
            best = number;
            best_rank = rank;
        }
    }
    return best;
}

int rows_under_new_parent(const InsertPlan& plan, const TableFacts& facts) {
    return plan.repeatable && !facts.small_key ? 3 : 1;
}

const ForeignKey* key_to_spread(const Scene& scene, const TableFacts& facts, const InsertPlan& plan,
                                const InsertColumn*& pointing) {
    const int number = scene.schema.best_parent_key(facts);
    if (number < 0 || plan.spread_parents) {
        return nullptr;
    }
    const ForeignKey& key = scene.schema.key(number);
    const TableFacts& parent = scene.schema.at(key.parent);
    if (key.columns.size() != 1 || parent.key.size() != 1 ||
        parent.key[0]->number != key.parent_columns[0]) {
        return nullptr;
    }
    for (const InsertColumn& column : plan.columns) {
        if (column.role == ValueRole::Fresh || column.form != ValueForm::Plain) {
            return nullptr; // each row needs a value of its own
        }
        if (column.column->number == key.columns[0] && column.role == ValueRole::Parent) {
            pointing = &column;
        }
    }
    return pointing != nullptr ? &key : nullptr;
}

} // namespace

std::string insert_values(Statement& statement, const TableFacts& facts, const InsertPlan& plan,
                          int rows, int parent_step) {
    std::string sql = "INSERT INTO " + facts.name;
    if (plan.columns.empty()) {
        return sql + " DEFAULT VALUES";
    }
    sql += " (" + column_list(inserted_columns(plan)) + ") VALUES ";
    RowWriter writer(statement, facts, plan, parent_step);
    for (int row = 0; row < rows; ++row) {
        sql += (row == 0 ? "" : ", ") + writer.row(row);
    }
    return sql + (plan.do_nothing ? " ON CONFLICT DO NOTHING" : "");
}

PGS_FAMILY(insert) { return add_row(scene, operation, facts) || refuse(scene, facts, why); }

PGS_FAMILY(batch_insert) {
    const InsertPlan& plan = scene.inserts.plan(facts);
    if (!plan.possible || !plan.repeatable || plan.spread_parents || plan.columns.empty()) {
        return false; // the single insert tells why, or is all there is
    }
    if (facts.small_key) {
        return refuse_small_key(facts, why);
    }
    add_insert(operation, facts, plan, 5, -1);
    return true;
}

PGS_FAMILY(bulk_insert) {
    const InsertPlan& plan = scene.inserts.plan(facts);
    if (!plan.possible || !plan.repeatable || plan.spread_parents || plan.columns.empty()) {
        return false;
    }
    if (facts.small_key) {
        return refuse_small_key(facts, why);
    }
    const InsertColumn* pointing = nullptr;
    const ForeignKey* key = key_to_spread(scene, facts, plan, pointing);
    if (key == nullptr) {
        Statement statement;
        std::string sql = insert_values(statement, facts, plan, 25);
        operation.steps.push_back(std::move(statement).step(std::move(sql)));
        return true;
    }
    const TableFacts& parent = scene.schema.at(key->parent);
    Statement first;
    const std::string rows = bounded_rows(first, parent, parent.key, 50);
    operation.steps.push_back(std::move(first).step(rows.substr(1, rows.size() - 2)));
    Statement second;
    Source all = result_source(0, *parent.key[0]);
    all.all = true;
    const std::string array = second.bind(std::move(all));
    std::string values;
    for (const InsertColumn& column : plan.columns) {
        values += values.empty() ? "" : ", ";
        values += &column == pointing ? "parents.id"
                                      : second.bind(column.source) + "::" + column.column->type;
    }
    operation.steps.push_back(std::move(second).step(
        "INSERT INTO " + facts.name + " (" + column_list(inserted_columns(plan)) + ") SELECT " +
        values + " FROM unnest(" + array + "::" + parent.key[0]->base_type +
        "[]) AS parents (id)"));
    touch(operation, facts);
    touch(operation, parent);
    return true;
}

PGS_FAMILY(upsert) {
    (void)scene;
    if (!facts.updatable() || !facts.table->can_insert || facts.changeable.empty()) {
        return false;
    }
    const Index* arbiter = nullptr;
    for (const Index& index : facts.table->indexes) {
        const auto columns = columns_by_number(*facts.table, index.columns);
        const bool fit = index.unique && index.valid && index.immediate && !index.partial &&
                         !index.expression &&
                         std::all_of(columns.begin(), columns.end(), [](const Column* c) {
                             return c->not_null && !c->generated && !c->identity_always &&
                                    !c->trigger_maintained;
                         });
        // A natural key rather than a number that the database gives.
        if (fit && (arbiter == nullptr || (arbiter->primary && !index.primary))) {
            arbiter = &index;
        }
    }
    if (arbiter == nullptr) {
        return false;
    }
    const auto keys = columns_by_number(*facts.table, arbiter->columns);
    if (std::any_of(keys.begin(), keys.end(), [](const Column* c) {
            return (c->serial || c->identity) && c->integer_bytes == 2;
        })) {
        return refuse_small_key(facts, why);
    }
    const Column& changed = *facts.changeable[0];
    Statement statement;
    std::string columns, values;
    for (const Column& column : facts.table->columns) {
        const ColumnUse& use = facts.use(column);
        const bool in_key = std::find(keys.begin(), keys.end(), &column) != keys.end();
        const bool itself =
            column.identity || column.serial ||
            (column.has_default && !use.group_check && !use.foreign && !use.partition);
        if (column.generated || column.trigger_maintained ||
            (itself && !in_key && &column != &changed)) {
            continue;
        }
        Source source = column_source(facts, column, &column == &changed ? 1 : 0);
        source.nulls = !column.not_null && &column != &changed;
        columns += (columns.empty() ? "" : ", ") + quote_name(column.name);
        values += (values.empty() ? "" : ", ") + statement.bind(std::move(source));
    }
    std::string set = quote_name(changed.name) + " = EXCLUDED." + quote_name(changed.name);
    if (facts.touched != nullptr) {
        set += ", " + quote_name(facts.touched->name) + " = now()";
    }
    operation.steps.push_back(std::move(statement).step(
        "INSERT INTO " + facts.name + " (" + columns + ") VALUES (" + values + ") ON CONFLICT (" +
        column_list(keys) + ") DO UPDATE SET " + set + " RETURNING " + column_list(facts.key)));
    return true;
}

PGS_FAMILY(chain_transaction) {
    (void)why;
    const int number = facts.writable() ? chain_key(scene, facts) : -1;
    if (number < 0 || !add_row(scene, operation, facts)) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    const TableFacts& child = scene.schema.at(key.child);
    const InsertPlan& plan = scene.inserts.plan(child, number);
    const int parent_step = static_cast<int>(operation.steps.size()) - 1;
    add_insert(operation, child, plan, rows_under_new_parent(plan, child), parent_step);
    const int below = chain_key(scene, child);
    if (below >= 0 && scene.schema.key(below).child != facts.index) {
        const TableFacts& grandchild = scene.schema.at(scene.schema.key(below).child);
        const InsertPlan& deeper = scene.inserts.plan(grandchild, below);
        add_insert(operation, grandchild, deeper, rows_under_new_parent(deeper, grandchild),
                   parent_step + 1);
    }
    // As applications do, the new rows are read back.
    if (scene.schema.served(child, key.columns)) {
        Statement statement;
        std::string where;
        for (size_t i = 0; i < key.columns.size(); ++i) {
            where += (i == 0 ? "" : " AND ") +
                     quote_name(child.table->column(key.columns[i])->name) + " = " +
                     statement.bind(
                         result_source(parent_step, *facts.table->column(key.parent_columns[i])));
        }
        operation.steps.push_back(
            std::move(statement).step("SELECT " + column_list(shown_columns(child)) + " FROM " +
                                      child.name + " WHERE " + where + " LIMIT 20"));
    }
    return true;
}

} // namespace pg_stress::core
