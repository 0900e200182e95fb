// Operations that change or remove rows. Whoever locks several does it in key order. Zone: core.
#include <algorithm>

#include "core/classifier.hpp"
#include "core/operation_families.hpp"
#include "core/statement.hpp"

namespace pg_stress::core {

namespace {

constexpr double kLeastRowsToDelete = 100;
constexpr double kMostRemovedChildren = 20;

/** "a = $1", the value being that of another row. */
std::string set_from_other_row(Statement& statement, const TableFacts& facts, const Column& column,
                               int pick = 1) {
    return quote_name(column.name) + " = " +
           statement.bind(column_source(facts, column, pick, Skew::Uniform));
}

/** What an UPDATE of a row sets: a value and the time of the change; "" when nothing may. */
std::string changes(Statement& statement, const TableFacts& facts, int pick = 1) {
    std::string set;
    if (!facts.changeable.empty()) {
        set = set_from_other_row(statement, facts, *facts.changeable[0], pick);
    }
    if (facts.touched != nullptr) {
        set += (set.empty() ? "" : ", ") + quote_name(facts.touched->name) + " = " +
               statement.bind(now_source());
    }
    return set;
}

bool changes_exist(const TableFacts& facts) {
    return facts.updatable() && (!facts.changeable.empty() || facts.touched != nullptr);
}

/** A foreign key of another table takes FOR KEY SHARE, which only the weaker lock lets pass. */
const char* lock_of(const TableFacts& facts) {
    return facts.table->referenced_by.empty() ? "FOR UPDATE" : "FOR NO KEY UPDATE";
}

std::string key_tuple(const TableFacts& facts, const std::string& alias = {}) {
    const std::string columns = column_list(facts.key, alias);
    return facts.key.size() == 1 ? columns : "(" + columns + ")";
}

/** Why no column of a table may be changed, where one CHECK is the cause. */
void tell_check(const TableFacts& facts, LeftOut& why) {
    for (const ColumnUse& use : facts.uses) {
        if (use.group_check && !use.key && !use.unique && !use.foreign) {
            why.constraint = use.check_name;
            why.reason = "the CHECK ties its columns together: none of them is changed alone";
            return;
        }
    }
}

} // namespace

PGS_FAMILY(update) {
    (void)scene;
    if (!facts.no_writes.empty()) {
        return false; // told with the inserts
    }
    if (!facts.table->can_update) {
        why.reason = "this role has no privilege to update";
        return false;
    }
    if (!changes_exist(facts)) {
        if (facts.key.empty()) {
            why.reason = "rows have no key by which one could be updated";
        } else if (!facts.empty) {
            tell_check(facts, why);
            if (why.reason.empty()) {
                why.reason = "all its columns belong to keys or fill themselves";
            }
        }
        return false;
    }
    Statement statement;
    const std::string set = changes(statement, facts);
    const std::string where = key_equals(statement, facts, {});
    operation.steps.push_back(
        std::move(statement).step("UPDATE " + facts.name + " SET " + set + " WHERE " + where));
    return true;
}

PGS_FAMILY(counter) {
    (void)scene;
    (void)why;
    if (!facts.updatable() || facts.counter == nullptr) {
        return false;
    }
    const std::string name = quote_name(facts.counter->name);
    const std::string value = facts.counter->not_null ? name : "coalesce(" + name + ", 0)";
    Statement statement;
    const std::string where = key_equals(statement, facts, {});
    operation.steps.push_back(std::move(statement).step("UPDATE " + facts.name + " SET " + name +
                                                        " = " + value + " + 1 WHERE " + where +
                                                        " RETURNING " + name));
    return true;
}

PGS_FAMILY(status_transition) {
    (void)scene;
    if (!facts.updatable() || facts.status == nullptr) {
        return false;
    }
    if (!facts.status_changeable) {
        const ColumnUse& use = facts.use(*facts.status);
        if (use.group_check) {
            why.constraint = use.check_name;
            why.reason = "the CHECK ties " + quote_name(facts.status->name) + " to other columns";
        }
        return false;
    }
    Statement statement;
    std::string set = set_from_other_row(statement, facts, *facts.status);
    if (facts.touched != nullptr) {
        set += ", " + quote_name(facts.touched->name) + " = " + statement.bind(now_source());
    }
    // From a sampled row on, which has the status itself, so that the next one is near.
    const Pick from = {0, Skew::Uniform, false};
    const std::string where = key_from(statement, facts, ">=", from) + " AND " +
                              quote_name(facts.status->name) + " = " +
                              statement.bind(column_source(facts, *facts.status, 0, Skew::Uniform));
    operation.steps.push_back(std::move(statement).step(
        "UPDATE " + facts.name + " SET " + set + " WHERE " + key_tuple(facts) + " = (SELECT " +
        column_list(facts.key) + " FROM " + facts.name + " WHERE " + where + " ORDER BY " +
        key_order(facts) + " LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING " + column_list(facts.key)));
    return true;
}

PGS_FAMILY(queue_pop) {
    (void)scene;
    (void)why;
    const bool queue = facts.table->table_class == TableClass::Queue ||
                       facts.table->table_class == TableClass::Transactional;
    if (!queue || !facts.updatable() || facts.status == nullptr || !facts.status_changeable) {
        return false;
    }
    Statement take;
    const Pick from = {0, Skew::Uniform, false};
    const std::string where = key_from(take, facts, ">=", from) + " AND " +
                              quote_name(facts.status->name) + " = " +
                              take.bind(column_source(facts, *facts.status, 0, Skew::Uniform));
    operation.steps.push_back(std::move(take).step(
        "SELECT " + column_list(shown_columns(facts)) + " FROM " + facts.name + " WHERE " + where +
        " ORDER BY " + key_order(facts) + " LIMIT 3 FOR UPDATE SKIP LOCKED"));
    Statement done;
    std::string set = set_from_other_row(done, facts, *facts.status);
    if (facts.touched != nullptr) {
        set += ", " + quote_name(facts.touched->name) + " = " + done.bind(now_source());
    }
    std::string key;
    for (const Column* column : facts.key) {
        key += (key.empty() ? "" : " AND ") + quote_name(column->name) + " = " +
               done.bind(result_source(0, *column));
    }
    Step step = std::move(done).step("UPDATE " + facts.name + " SET " + set + " WHERE " + key);
    step.foreach_step = 0;
    operation.steps.push_back(std::move(step));
    return true;
}

PGS_FAMILY(soft_delete) {
    (void)scene;
    (void)why;
    if (!facts.updatable() || facts.removed_at == nullptr) {
        return false;
    }
    const std::string name = quote_name(facts.removed_at->name);
    Statement statement;
    const std::string value = facts.removed_at->family == TypeFamily::Boolean
                                  ? "NOT " + name
                                  : statement.bind(now_source());
    const std::string where = key_equals(statement, facts, {});
    operation.steps.push_back(std::move(statement).step("UPDATE " + facts.name + " SET " + name +
                                                        " = " + value + " WHERE " + where));
    return true;
}

PGS_FAMILY(hard_delete) {
    if (!facts.writable() || facts.key.empty() || facts.empty) {
        return false;
    }
    if (!facts.table->can_delete) {
        why.reason = "this role has no privilege to delete";
        return false;
    }
    if (facts.table->rows < kLeastRowsToDelete || facts.table->table_class == TableClass::Lookup) {
        return false;
    }
    for (const int number : facts.table->referenced_by) {
        const ForeignKey& key = scene.schema.key(number);
        const bool follows =
            key.on_delete == OnDelete::Cascade || key.on_delete == OnDelete::SetNull;
        const TableFacts& child = scene.schema.at(key.child);
        if (!follows) {
            why.constraint = key.name;
            why.reason = "rows of " + child.name + " may point at it";
            return false;
        }
        const bool deeper = key.on_delete == OnDelete::Cascade && !key.self() &&
                            !child.table->referenced_by.empty();
        if (key.self() || deeper || !scene.schema.served(child, key.columns) ||
            fan_out(scene.schema.model(), key) > kMostRemovedChildren) {
            why.constraint = key.name;
            why.reason = "one DELETE would reach too many rows of " + child.name;
            return false;
        }
    }
    Statement statement;
    const std::string where = key_equals(statement, facts, {0, Skew::Uniform, true});
    operation.steps.push_back(
        std::move(statement).step("DELETE FROM " + facts.name + " WHERE " + where));
    return true;
}

PGS_FAMILY(jsonb_update) {
    (void)scene;
    if (!facts.updatable() || facts.document == nullptr) {
        return false;
    }
    const ColumnUse& use = facts.use(*facts.document);
    if (!use.changeable || use.checked) {
        why.constraint = use.check_name;
        why.reason =
            use.checked ? "a CHECK judges the document " + quote_name(facts.document->name) : "";
        return false;
    }
    // A key is added, so that whatever the document contained it still contains.
    const std::string name = quote_name(facts.document->name);
    Statement statement;
    const std::string number = statement.bind(random_source(1, 1000000));
    const std::string where = key_equals(statement, facts, {});
    operation.steps.push_back(std::move(statement).step(
        "UPDATE " + facts.name + " SET " + name + " = CASE WHEN jsonb_typeof(" + name +
        ") = 'object' THEN " + name + " || jsonb_build_object('revision', " + number +
        "::integer) ELSE " + name + " END WHERE " + where));
    return true;
}

PGS_FAMILY(savepoint) {
    (void)scene;
    (void)why;
    if (!changes_exist(facts)) {
        return false;
    }
    // All steps are about one row, so that the transaction waits for one lock at most.
    const auto key_of = [&](Statement& statement, bool first) {
        std::string out;
        for (size_t i = 0; i < facts.key.size(); ++i) {
            const std::string name = "k" + std::to_string(i + 1);
            Source source = column_source(facts, *facts.key[i]);
            if (first) {
                source.as = name;
            } else {
                source = Source();
                source.kind = SourceKind::Same;
                source.same = name;
            }
            out += (i == 0 ? "" : " AND ") + quote_name(facts.key[i]->name) + " = " +
                   statement.bind(std::move(source));
        }
        return out;
    };
    Statement read;
    const std::string key = key_of(read, true);
    operation.steps.push_back(std::move(read).step("SELECT " + column_list(shown_columns(facts)) +
                                                   " FROM " + facts.name + " WHERE " + key));
    const auto add_update = [&] {
        Statement statement;
        const std::string set = changes(statement, facts);
        const std::string where = key_of(statement, false);
        operation.steps.push_back(
            std::move(statement).step("UPDATE " + facts.name + " SET " + set + " WHERE " + where));
    };
    operation.steps.push_back(Statement().step("SAVEPOINT attempt"));
    add_update();
    operation.steps.push_back(Statement().step("ROLLBACK TO SAVEPOINT attempt"));
    add_update();
    operation.steps.push_back(Statement().step("RELEASE SAVEPOINT attempt"));
    return true;
}

PGS_FAMILY(locked_update) {
    (void)scene;
    (void)why;
    if (!changes_exist(facts)) {
        return false;
    }
    Statement lock;
    const std::string from = key_from(lock, facts, ">=", {0, Skew::Uniform, false});
    operation.steps.push_back(std::move(lock).step(
        "SELECT " + column_list(facts.key) + " FROM " + facts.name + " WHERE " + from +
        " ORDER BY " + key_order(facts) + " LIMIT 3 " + lock_of(facts)));
    Statement statement;
    const std::string set = changes(statement, facts);
    std::string where;
    for (const Column* column : facts.key) {
        where += (where.empty() ? "" : " AND ") + quote_name(column->name) + " = " +
                 statement.bind(result_source(0, *column));
    }
    Step step =
        std::move(statement).step("UPDATE " + facts.name + " SET " + set + " WHERE " + where);
    step.foreach_step = 0;
    operation.steps.push_back(std::move(step));
    return true;
}

} // namespace pg_stress::core
