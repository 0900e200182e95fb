// The ten patterns of object-relational mappers, in the SQL that SQLAlchemy sends. Zone: core.
//
// A test runs SQLAlchemy on the same schema and compares. What an ORM leaves unbounded (the
// children of a parent) is bounded by the step's limit of fetched rows, which the text does not
// show.
#include <algorithm>
#include <cstdint>

#include "core/classifier.hpp"
#include "core/operation_families.hpp"
#include "core/statement.hpp"

namespace pg_stress::core {

namespace {

constexpr int64_t kMostChildren = 200;
constexpr double kEagerFanOut = 500;
constexpr size_t kLongestLabel = 57; // SQLAlchemy shortens longer ones by a counter of its own

/** "schema_table_column", quoted as a name. */
std::string label(const TableFacts& facts, const Column& column) {
    return facts.table->schema + "_" + facts.table->name + "_" + column.name;
}

std::string dotted(const TableFacts& facts, const Column& column) {
    return facts.name + "." + quote_name(column.name);
}

/** "s.t.a AS s_t_a, ..." with one column first where SQLAlchemy puts it there. */
std::string entity(const TableFacts& facts, const Column* first = nullptr) {
    std::string out;
    const auto add = [&](const Column& column) {
        out += (out.empty() ? "" : ", ") + dotted(facts, column) + " AS " +
               quote_name(label(facts, column));
    };
    if (first != nullptr) {
        add(*first);
    }
    for (const Column& column : facts.table->columns) {
        if (&column != first) {
            add(column);
        }
    }
    return out;
}

bool labels_fit(const TableFacts& facts, size_t prefix = 0) {
    return std::all_of(
        facts.table->columns.begin(), facts.table->columns.end(),
        [&](const Column& c) { return label(facts, c).size() + prefix <= kLongestLabel; });
}

/** A mapper needs a primary key; the patterns here page by a single column. */
bool mapped(const TableFacts& facts) {
    const Index* key = facts.table->primary_key();
    return key != nullptr && key->primary && facts.table->kind != TableKind::Foreign &&
           labels_fit(facts);
}

bool pageable(const TableFacts& facts) {
    return mapped(facts) && facts.key.size() == 1 && !facts.empty;
}

struct Pair {
    const TableFacts* parent = nullptr;
    const TableFacts* child = nullptr;
    const Column* pointed = nullptr;
    const Column* pointing = nullptr;
};

/** The relationship that a pattern shows for a parent; false when there is none. */
bool find_pair(const Scene& scene, const TableFacts& facts, double most_children,
               Operation& operation, Pair& pair) {
    const int number = pageable(facts) ? scene.schema.best_child_key(facts, most_children) : -1;
    if (number < 0) {
        return false;
    }
    const ForeignKey& key = scene.schema.key(number);
    pair.parent = &facts;
    pair.child = &scene.schema.at(key.child);
    if (!mapped(*pair.child) || key.columns.size() != 1) {
        return false;
    }
    pair.pointed = facts.table->column(key.parent_columns[0]);
    pair.pointing = pair.child->table->column(key.columns[0]);
    operation.tables = {facts.name, pair.child->name};
    return true;
}

/** "FROM s.t WHERE s.t.id >= $1 ORDER BY s.t.id LIMIT $2": the parents of a pattern. */
std::string from_parents(Statement& statement, const TableFacts& facts, const std::string& extra,
                         int least, int most, const char* as = nullptr) {
    Source from = column_source(facts, *facts.key[0], 0, Skew::Uniform);
    Source limit = random_source(least, most);
    if (as != nullptr) {
        from.as = std::string(as) + "_from";
        limit.as = std::string(as) + "_limit";
    }
    const std::string key = dotted(facts, *facts.key[0]);
    std::string sql = " FROM " + facts.name + " WHERE " + extra + key +
                      " >= " + statement.bind(std::move(from)) + " ORDER BY " + key + " LIMIT ";
    return sql + statement.bind(std::move(limit));
}

Step parents_step(const TableFacts& facts, int least, int most, const char* as = nullptr) {
    Statement statement;
    const std::string from = from_parents(statement, facts, {}, least, most, as);
    return std::move(statement).step("SELECT " + entity(facts) + from);
}

/** The label under which the parents' step gives its key. */
Source parent_key(const Pair& pair) {
    Source source = result_source(0, *pair.pointed);
    source.column = label(*pair.parent, *pair.pointed);
    return source;
}

} // namespace

PGS_FAMILY(n_plus_1) {
    (void)why;
    Pair pair;
    if (!find_pair(scene, facts, 1e18, operation, pair)) {
        return false;
    }
    operation.steps.push_back(parents_step(facts, 5, 10));
    Statement children;
    const std::string parent = children.bind(parent_key(pair));
    Step step = std::move(children).step("SELECT " + entity(*pair.child) + " FROM " +
                                             pair.child->name + " WHERE " + parent + " = " +
                                             dotted(*pair.child, *pair.pointing),
                                         kMostChildren);
    step.foreach_step = 0;
    operation.steps.push_back(std::move(step));
    return true;
}

PGS_FAMILY(eager_joined) {
    (void)why;
    Pair pair;
    if (!find_pair(scene, facts, kEagerFanOut, operation, pair) || !labels_fit(facts, 7)) {
        return false;
    }
    Statement statement;
    const std::string from = from_parents(statement, facts, {}, 3, 5);
    std::string columns;
    for (const Column& column : facts.table->columns) {
        const std::string name = label(facts, column);
        columns += (columns.empty() ? "" : ", ") + std::string("anon_1.") + quote_name(name) +
                   " AS " + quote_name("anon_1_" + name);
    }
    const std::string alias = pair.child->table->name + "_1";
    for (const Column& column : pair.child->table->columns) {
        columns += ", " + quote_name(alias) + "." + quote_name(column.name) + " AS " +
                   quote_name(alias + "_" + column.name);
    }
    const std::string parent = "anon_1." + quote_name(label(facts, *pair.pointed));
    operation.steps.push_back(std::move(statement).step(
        "SELECT " + columns + " FROM (SELECT " + entity(facts) + from +
            ") AS anon_1 LEFT OUTER JOIN " + pair.child->name + " AS " + quote_name(alias) +
            " ON " + parent + " = " + quote_name(alias) + "." + quote_name(pair.pointing->name) +
            " ORDER BY anon_1." + quote_name(label(facts, *facts.key[0])),
        kMostChildren));
    return true;
}

PGS_FAMILY(eager_subquery) {
    (void)why;
    Pair pair;
    if (!find_pair(scene, facts, kEagerFanOut, operation, pair) || !labels_fit(facts, 7)) {
        return false;
    }
    operation.steps.push_back(parents_step(facts, 5, 10, "parents"));
    Statement children;
    Source from, limit;
    from.kind = limit.kind = SourceKind::Same;
    from.same = "parents_from";
    limit.same = "parents_limit";
    const std::string key = dotted(facts, *facts.key[0]);
    const std::string name = label(facts, *pair.pointed);
    std::string sql = "SELECT " + entity(*pair.child) + ", anon_1." + quote_name(name) + " AS " +
                      quote_name("anon_1_" + name) + " FROM (SELECT " +
                      dotted(facts, *pair.pointed) + " AS " + quote_name(name) + " FROM " +
                      facts.name + " WHERE " + key + " >= " + children.bind(std::move(from)) +
                      " ORDER BY " + key;
    sql += " LIMIT " + children.bind(std::move(limit)) + ") AS anon_1 JOIN " + pair.child->name +
           " ON anon_1." + quote_name(name) + " = " + dotted(*pair.child, *pair.pointing);
    operation.steps.push_back(std::move(children).step(std::move(sql), kMostChildren));
    return true;
}

PGS_FAMILY(eager_selectin) {
    (void)why;
    const int parents_read = static_cast<int>(std::clamp(facts.table->rows, 1.0, 10.0));
    Pair pair;
    if (!find_pair(scene, facts, kEagerFanOut, operation, pair)) {
        return false;
    }
    operation.steps.push_back(parents_step(facts, parents_read, parents_read));
    Statement children;
    std::string keys;
    for (int row = 0; row < parents_read; ++row) {
        Source source = parent_key(pair);
        source.row = row;
        keys += (row == 0 ? "" : ", ") + children.bind(std::move(source));
    }
    operation.steps.push_back(std::move(children).step(
        "SELECT " + entity(*pair.child, pair.pointing) + " FROM " + pair.child->name + " WHERE " +
            dotted(*pair.child, *pair.pointing) + " IN (" + keys + ")",
        kMostChildren));
    return true;
}

PGS_FAMILY(pagination) {
    (void)scene;
    (void)why;
    if (!pageable(facts)) {
        return false;
    }
    const double last = std::clamp(facts.table->rows / 2, 0.0, 200.0);
    Statement statement;
    std::string sql = "SELECT " + entity(facts) + " FROM " + facts.name + " ORDER BY " +
                      dotted(facts, *facts.key[0]) + " DESC LIMIT " +
                      statement.bind(random_source(10, 50));
    sql += " OFFSET " + statement.bind(random_source(0, static_cast<int>(last)));
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    return true;
}

PGS_FAMILY(aggregation) {
    (void)why;
    const int number = pageable(facts) ? scene.schema.best_parent_key(facts) : -1;
    if (number < 0 || facts.number == nullptr || scene.schema.key(number).columns.size() != 1) {
        return false;
    }
    const Column& group = *facts.table->column(scene.schema.key(number).columns[0]);
    const std::string group_name = quote_name(group.name);
    const std::string figure = quote_name(facts.number->name);
    Statement statement;
    const std::string from = from_parents(statement, facts, {}, 100, 500);
    operation.steps.push_back(std::move(statement).step(
        "SELECT anon_1." + group_name + " AS " + quote_name("anon_1_" + group.name) +
        ", count(*) AS count_1, sum(anon_1." + figure + ") AS sum_1, avg(anon_1." + figure +
        ") AS avg_1 FROM (SELECT " + dotted(facts, group) + " AS " + group_name + ", " +
        dotted(facts, *facts.number) + " AS " + figure + from + ") AS anon_1 GROUP BY anon_1." +
        group_name + " ORDER BY count(*) DESC"));
    return true;
}

PGS_FAMILY(exists_filter) {
    (void)why;
    Pair pair;
    if (!find_pair(scene, facts, 1e18, operation, pair)) {
        return false;
    }
    // From a parent that has a child on, so that the first probe already finds one.
    Statement statement;
    Source from = column_source(*pair.child, *pair.pointing, 0, Skew::Uniform);
    const std::string key = dotted(facts, *facts.key[0]);
    std::string sql = "SELECT " + entity(facts) + " FROM " + facts.name +
                      " WHERE (EXISTS (SELECT 1 FROM " + pair.child->name + " WHERE " +
                      dotted(facts, *pair.pointed) + " = " + dotted(*pair.child, *pair.pointing) +
                      ")) AND " + key + " >= " + statement.bind(std::move(from)) + " ORDER BY " +
                      key + " LIMIT ";
    sql += statement.bind(random_source(1, 5));
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    return true;
}

PGS_FAMILY(relationship_join) {
    (void)why;
    Pair pair;
    if (!find_pair(scene, facts, 1e18, operation, pair) || pair.child->key.size() != 1) {
        return false;
    }
    Statement statement;
    Source from = column_source(*pair.child, *pair.child->key[0], 0, Skew::Uniform);
    const std::string key = dotted(*pair.child, *pair.child->key[0]);
    std::string sql = "SELECT " + entity(facts) + ", " + entity(*pair.child) + " FROM " +
                      facts.name + " JOIN " + pair.child->name + " ON " +
                      dotted(facts, *pair.pointed) + " = " + dotted(*pair.child, *pair.pointing) +
                      " WHERE " + key + " >= " + statement.bind(std::move(from)) + " ORDER BY " +
                      key + " LIMIT ";
    sql += statement.bind(random_source(5, 20));
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    return true;
}

PGS_FAMILY(load_modify_save) {
    (void)scene;
    (void)why;
    if (!mapped(facts) || !facts.updatable() || facts.changeable.empty()) {
        return false;
    }
    const auto where = [&](Statement& statement, bool first) {
        std::string out;
        for (size_t i = 0; i < facts.key.size(); ++i) {
            const std::string name = "pk_" + std::to_string(i + 1);
            Source source = column_source(facts, *facts.key[i]);
            if (first) {
                source.as = name;
            } else {
                source = Source();
                source.kind = SourceKind::Same;
                source.same = name;
            }
            out += (i == 0 ? "" : " AND ") + dotted(facts, *facts.key[i]) + " = " +
                   statement.bind(std::move(source));
        }
        return out;
    };
    Statement load;
    const std::string key = where(load, true);
    operation.steps.push_back(
        std::move(load).step("SELECT " + entity(facts) + " FROM " + facts.name + " WHERE " + key));
    std::vector<const Column*> changed = {facts.changeable[0]};
    add_column(changed, facts.touched);
    std::sort(changed.begin(), changed.end(),
              [](const Column* a, const Column* b) { return a->number < b->number; });
    Statement save;
    std::string set;
    for (const Column* column : changed) {
        Source value = column == facts.touched ? now_source()
                                               : column_source(facts, *column, 1, Skew::Uniform);
        set += (set.empty() ? "" : ", ") + quote_name(column->name) + "=" +
               save.bind(std::move(value));
    }
    const std::string same = where(save, false);
    operation.steps.push_back(
        std::move(save).step("UPDATE " + facts.name + " SET " + set + " WHERE " + same));
    return true;
}

PGS_FAMILY(orm_bulk_insert) {
    (void)why;
    const InsertPlan& plan = scene.inserts.plan(facts);
    const bool plain =
        std::all_of(plan.columns.begin(), plan.columns.end(),
                    [](const InsertColumn& column) { return column.form == ValueForm::Plain; });
    if (!mapped(facts) || !plan.possible || !plan.repeatable || plan.do_nothing || !plain ||
        plan.columns.empty() || facts.small_key) {
        return false;
    }
    Statement statement;
    std::string sql = insert_values(statement, facts, plan, 8);
    // Only what the database gave is asked for.
    std::string returned;
    for (const Column* column : facts.key) {
        const bool given = std::any_of(plan.columns.begin(), plan.columns.end(),
                                       [&](const InsertColumn& c) { return c.column == column; });
        if (!given) {
            returned += (returned.empty() ? "" : ", ") + dotted(facts, *column);
        }
    }
    sql += returned.empty() ? "" : " RETURNING " + returned;
    operation.steps.push_back(std::move(statement).step(std::move(sql)));
    return true;
}

} // namespace pg_stress::core
