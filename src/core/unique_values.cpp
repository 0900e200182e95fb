// The stage of the row planner that satisfies unique indexes and exclusion constraints. Zone: core.
//
// In each of them one column must differ from all rows: a column that fills itself, a fresh value,
// a parent that is new, or a pair of parents that are hardly ever joined yet.
#include <algorithm>
#include <cstdint>
#include <set>

#include "core/generated_value.hpp"
#include "row_planner.hpp"

namespace pg_stress::core {

namespace {

constexpr double kLoosePairs = 1e5; // of two parents; fewer are soon all joined
constexpr double kDensePairs = 0.03;
constexpr int kShortestUnique = 4; // characters
constexpr int kUniqueLength = 16;
constexpr int kPrefixLength = 8;

} // namespace

bool RowPlanner::fills_uniquely(size_t i, bool alone) const {
    const Column& c = column(i);
    if (use(i).foreign && taken_[i]) {
        return false;
    }
    return c.identity || c.serial || maintained(i) ||
           (c.has_default &&
            (alone || c.family == TypeFamily::Uuid || c.family == TypeFamily::Timestamp));
}

int RowPlanner::fresh_rank(size_t i, bool alone) const {
    const Column& c = column(i);
    if (use(i).foreign || maintained(i) || c.identity || use(i).group_check) {
        return 0;
    }
    const bool checked = use(i).checked;
    switch (c.family) {
    case TypeFamily::Uuid:
        return 90;
    case TypeFamily::Text:
        if (checked) {
            const double width = c.statistics.present ? c.statistics.width : 24;
            const bool fits = c.length == 0 || width + kPrefixLength <= c.length;
            return fits && !facts_.empty && !use(i).partition ? 40 : 0;
        }
        return (c.length == 0 || c.length >= kShortestUnique) && !use(i).partition ? 80 : 0;
    case TypeFamily::Integer:
        return use(i).partition ? 0 : alone ? 70 : 60;
    case TypeFamily::Numeric:
        return use(i).partition || c.base_type != "numeric" ? 0 : 50;
    case TypeFamily::Timestamp:
        return checked ? 0 : 30;
    default:
        return 0;
    }
}

void RowPlanner::name_group(size_t i) {
    if (taken_[i] || maintained(i)) {
        return;
    }
    if (facts_.empty) {
        take_without_template(i);
    } else {
        take(i, ValueRole::Template, template_source(i));
    }
}

void RowPlanner::take_fresh(size_t i, const Index& index) {
    const Column& c = column(i);
    Source source;
    if (c.family == TypeFamily::Timestamp) {
        source = now_source();
        source.table = facts_.name;
        source.column = c.name;
    } else if (c.family == TypeFamily::Uuid || c.family == TypeFamily::Text) {
        source.kind = SourceKind::Unique;
        source.type = c.family == TypeFamily::Uuid ? "uuid" : "";
        source.length = c.family == TypeFamily::Uuid ? 36
                        : c.length > 0               ? std::min(c.length, kUniqueLength)
                                                     : kUniqueLength;
    } else {
        source.kind = SourceKind::Sequence;
        source.start = 0;
        source.table = facts_.name;
        source.column = c.name;
        source.most = greatest_of(c);
    }
    take(i, ValueRole::Fresh, std::move(source));
    if (c.family == TypeFamily::Text && use(i).checked) {
        chosen_[i].form = ValueForm::Prefixed;
        chosen_[i].source.length = kPrefixLength;
        chosen_[i].second = column_source(facts_, c, 0, Skew::Uniform);
    }
    const bool grouped = c.family == TypeFamily::Integer && index.columns.size() > 1 &&
                         !index.expression && !index.exclusion;
    if (grouped) {
        chosen_[i].form = ValueForm::NextInGroup;
        for (const int16_t number : index.columns) {
            if (number != c.number) {
                chosen_[i].group.push_back(number);
                name_group(at(number));
            }
        }
    }
}

bool RowPlanner::group_is_new(const std::vector<int16_t>& group) const {
    return std::any_of(group.begin(), group.end(), [&](int16_t number) {
        return taken_[at(number)] && chosen_[at(number)].role == ValueRole::NewParent;
    });
}

bool RowPlanner::any_immediate_missing() const {
    return std::any_of(table_.indexes.begin(), table_.indexes.end(), [](const Index& index) {
        return (index.unique || index.exclusion) && !index.immediate;
    });
}

bool RowPlanner::loose_junction(const std::vector<size_t>& columns) const {
    double pairs = 1;
    std::set<int> keys;
    for (const size_t i : columns) {
        if (!taken_[i] || chosen_[i].role != ValueRole::Parent) {
            return false;
        }
        for (const int number : table_.foreign_keys) {
            const auto& numbers = schema_.key(number).columns;
            if (std::find(numbers.begin(), numbers.end(), column(i).number) != numbers.end() &&
                keys.insert(number).second) {
                pairs *= std::max(schema_.at(schema_.key(number).parent).table->rows, 1.0);
            }
        }
    }
    return keys.size() >= 2 && pairs >= kLoosePairs && table_.rows / pairs <= kDensePairs;
}

int RowPlanner::parent_to_insert(const std::vector<size_t>& columns) const {
    int best = -1;
    for (const int number : table_.foreign_keys) {
        const ForeignKey& key = schema_.key(number);
        const bool inside = std::any_of(columns.begin(), columns.end(), [&](size_t i) {
            return std::find(key.columns.begin(), key.columns.end(), column(i).number) !=
                   key.columns.end();
        });
        const TableFacts& parent = schema_.at(key.parent);
        if (inside && !key.self() && parent.writable() && parent.table->can_insert &&
            (best < 0 || parent.importance > schema_.at(schema_.key(best).parent).importance)) {
            best = number;
        }
    }
    return best;
}

void RowPlanner::satisfy(const Index& index) {
    std::vector<size_t> columns;
    for (const Column* c : columns_by_number(table_, index.columns)) {
        columns.push_back(static_cast<size_t>(c - table_.columns.data()));
    }
    if (index.expression) {
        satisfy_expression(index);
        return;
    }
    const bool alone = columns.size() == 1;
    const auto is_fresh = [&](size_t i) {
        return taken_[i] && !left_out_[i] && chosen_[i].role == ValueRole::Fresh;
    };
    const auto is_new = [&](size_t i) {
        return taken_[i] && !left_out_[i] && chosen_[i].role == ValueRole::NewParent;
    };
    if (std::any_of(columns.begin(), columns.end(),
                    [&](size_t i) { return fills_uniquely(i, alone) || is_fresh(i); })) {
        return;
    }
    if (std::any_of(columns.begin(), columns.end(), [&](size_t i) { return left_out_[i]; })) {
        return; // NULLs are distinct
    }
    size_t best = columns.size();
    int best_rank = 0;
    for (size_t k = 0; k < columns.size(); ++k) {
        const int rank = taken_[columns[k]] ? 0 : fresh_rank(columns[k], alone);
        if (rank > best_rank) {
            best_rank = rank;
            best = k;
        }
    }
    if (best < columns.size()) {
        take_fresh(columns[best], index);
        if (chosen_[columns[best]].form == ValueForm::NextInGroup &&
            !group_is_new(chosen_[columns[best]].group)) {
            plan_.repeatable = false;
            plan_.do_nothing = !any_immediate_missing();
        }
        return;
    }
    if (std::any_of(columns.begin(), columns.end(), is_new)) {
        // Rows of one new parent differ by the parents of their other keys.
        if (std::all_of(columns.begin(), columns.end(), [&](size_t i) {
                return is_new(i) || (taken_[i] && chosen_[i].role != ValueRole::Parent);
            })) {
            plan_.repeatable = false;
        } else {
            plan_.spread_parents = true;
            plan_.do_nothing = !any_immediate_missing();
            plan_.repeatable = plan_.repeatable && plan_.do_nothing;
        }
        return;
    }
    for (const size_t i : columns) {
        if (!taken_[i] && !column(i).not_null && !column(i).has_default) {
            leave_out(i);
            return;
        }
    }
    const bool may_do_nothing = !any_immediate_missing();
    if (may_do_nothing && (index.partial || loose_junction(columns))) {
        plan_.do_nothing = true;
        plan_.spread_parents = true;
        for (const size_t i : columns) {
            chosen_[i].source.skew = Skew::Uniform;
        }
        return;
    }
    const int parent = parent_to_insert(columns);
    throw Impossible{index.name,
                     parent >= 0 ? "its columns can only be unique under a new row of " +
                                       schema_.at(schema_.key(parent).parent).name
                                 : "no column of it can be given a value that no row has",
                     parent};
}

void RowPlanner::satisfy_expression(const Index& index) {
    for (size_t i = 0; i < table_.columns.size(); ++i) {
        const Column& c = column(i);
        const bool differs = c.statistics.present && c.statistics.distinct < -0.9;
        if (c.family == TypeFamily::Text && (differs || facts_.empty)) {
            if (taken_[i] && chosen_[i].role == ValueRole::Fresh) {
                return;
            }
            if (!taken_[i] && fresh_rank(i, true) > 0) {
                take_fresh(i, index);
                return;
            }
        }
    }
    throw Impossible{index.name, "it is over an expression of which nothing is known"};
}

void RowPlanner::choose_unique_values() {
    // The narrowest first: what is unique alone makes the wider ones unique too.
    std::vector<const Index*> order;
    for (const Index& index : table_.indexes) {
        if (index.unique || index.exclusion) {
            order.push_back(&index);
        }
    }
    std::stable_sort(order.begin(), order.end(), [](const Index* a, const Index* b) {
        return a->columns.size() < b->columns.size();
    });
    for (const Index* index : order) {
        satisfy(*index);
    }
}

} // namespace pg_stress::core
