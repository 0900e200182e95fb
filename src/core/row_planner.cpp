// Stages of the row planner that deal with foreign keys and with plain columns. Zone: core.
#include "row_planner.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/generated_value.hpp"

namespace pg_stress::core {

InsertPlan RowPlanner::run() {
    InsertPlan& plan = plan_;
    plan.new_parent = new_parent_;
    plan.left_out = {facts_.name, "insert", "", ""};
    try {
        if (!facts_.no_writes.empty()) {
            throw Impossible{facts_.no_writes_constraint, facts_.no_writes};
        }
        if (!table_.can_insert) {
            throw Impossible{"", "this role has no privilege to insert"};
        }
        choose_foreign_keys();
        choose_unique_values();
        choose_the_rest();
        plan.possible = true;
    } catch (const Impossible& found) {
        plan.left_out.constraint = found.constraint;
        plan.left_out.reason = found.reason;
        plan.needs_parent = found.needs_parent;
    }
    for (size_t i = 0; i < taken_.size() && plan.possible; ++i) {
        if (taken_[i] && !left_out_[i]) {
            plan.columns.push_back(std::move(chosen_[i]));
        }
    }
    plan.small_key = facts_.small_key && !key_is_foreign();
    return std::move(plan);
}

bool RowPlanner::overlaps(const ForeignKey& key) const {
    for (const int other : table_.foreign_keys) {
        const ForeignKey& candidate = schema_.key(other);
        if (&candidate == &key) {
            continue;
        }
        for (const int16_t number : candidate.columns) {
            if (std::find(key.columns.begin(), key.columns.end(), number) != key.columns.end()) {
                return true;
            }
        }
    }
    return false;
}

bool RowPlanner::all_taken(const ForeignKey& key, ValueRole role) const {
    return std::all_of(key.columns.begin(), key.columns.end(), [&](int16_t number) {
        const size_t i = at(number);
        return taken_[i] && !left_out_[i] && chosen_[i].role == role;
    });
}

bool RowPlanner::left_null(const ForeignKey& key) {
    for (const int16_t number : key.columns) {
        const size_t i = at(number);
        if (!column(i).not_null && !column(i).has_default && !taken_[i]) {
            for (const int16_t other : key.columns) {
                const size_t j = at(other);
                if (!taken_[j] && !column(j).not_null && !column(j).has_default) {
                    leave_out(j);
                }
            }
            return true;
        }
    }
    return false;
}

bool RowPlanner::nearly_always_null(const ForeignKey& key) const {
    return std::any_of(key.columns.begin(), key.columns.end(), [&](int16_t number) {
        const Column& c = column(at(number));
        return c.statistics.present && c.statistics.null_fraction > 0.9;
    });
}

void RowPlanner::choose_foreign_key(const ForeignKey& key) {
    const TableFacts& parent = schema_.at(key.parent);
    const bool checked = std::any_of(key.columns.begin(), key.columns.end(),
                                     [&](int16_t n) { return use(at(n)).group_check; });
    const bool counts_itself = key.columns.size() > 1 &&
                               std::any_of(key.columns.begin(), key.columns.end(), [&](int16_t n) {
                                   return column(at(n)).identity || column(at(n)).serial;
                               });
    if (counts_itself) { // as where a row names one of its own children
        if (!left_null(key)) {
            throw Impossible{key.name, "one of its columns is numbered by the database"};
        }
        return;
    }
    const bool shared = overlaps(key);
    if (std::all_of(key.columns.begin(), key.columns.end(),
                    [&](int16_t n) { return maintained(at(n)); })) {
        return;
    }
    if (shared && new_parent_ >= 0 && all_taken(key, ValueRole::NewParent)) {
        return; // the new parent has its own key to that table
    }
    // A template's columns are joined by the template's others; whatever else is taken rules it
    // out.
    const bool meets_new_parent =
        std::any_of(key.columns.begin(), key.columns.end(), [&](int16_t n) {
            return taken_[at(n)] && chosen_[at(n)].role != ValueRole::Template;
        });
    if ((shared || checked) && !facts_.empty && !meets_new_parent) {
        for (const int16_t number : key.columns) {
            take(at(number), ValueRole::Template, template_source(at(number)));
        }
        return;
    }
    if (meets_new_parent && new_parent_ >= 0 && !all_taken(key, ValueRole::Template)) {
        if (!left_null(key)) {
            throw Impossible{key.name, "its columns are shared with another key to a new row"};
        }
        return;
    }
    if (all_taken(key, ValueRole::Template)) {
        return;
    }
    if (parent.empty || !parent.table->can_select) {
        if (!left_null(key)) {
            const bool fillable = parent.empty && parent.writable() && !key.self();
            throw Impossible{key.name,
                             parent.empty ? "the referenced table " + parent.name + " is empty"
                                          : "the referenced table " + parent.name +
                                                " may not be read by this role",
                             fillable ? key_number(key) : -1};
        }
        return;
    }
    if (nearly_always_null(key) && left_null(key)) {
        return;
    }
    const int pick = ++picks_;
    for (size_t i = 0; i < key.columns.size(); ++i) {
        const Column* pointed = parent.table->column(key.parent_columns[i]);
        const size_t own = at(key.columns[i]);
        if (!taken_[own] && pointed != nullptr) {
            take(own, ValueRole::Parent, column_source(parent, *pointed, pick));
        }
    }
}

void RowPlanner::choose_foreign_keys() {
    if (new_parent_ >= 0) {
        const ForeignKey& key = schema_.key(new_parent_);
        const TableFacts& parent = schema_.at(key.parent);
        for (size_t i = 0; i < key.columns.size(); ++i) {
            const Column* pointed = parent.table->column(key.parent_columns[i]);
            take(at(key.columns[i]), ValueRole::NewParent, result_source(-1, *pointed));
        }
    }
    for (const int number : table_.foreign_keys) {
        if (number != new_parent_) {
            choose_foreign_key(schema_.key(number));
        }
    }
}

bool RowPlanner::is_time(const Column& c) const {
    return c.family == TypeFamily::Timestamp || c.family == TypeFamily::Date;
}

void RowPlanner::take_time(size_t i) {
    Source source = now_source();
    source.table = facts_.name;
    source.column = column(i).name;
    take(i, ValueRole::Template, std::move(source));
}

void RowPlanner::take_without_template(size_t i) {
    const Column& c = column(i);
    const bool optional = !c.not_null || c.has_default;
    const auto value = use(i).checked ? std::nullopt : generated_value(c);
    if (value) {
        take(i, ValueRole::Fresh, *value);
    } else if (!optional && use(i).checked) {
        throw Impossible{use(i).check_name, "the table is empty, so no row shows a value of " +
                                                quote_name(c.name) + " that it accepts"};
    } else if (!optional) {
        throw Impossible{"", "the table is empty and no value of type " + c.type +
                                 " can be made for " + quote_name(c.name)};
    }
}

void RowPlanner::choose_the_rest() {
    for (size_t i = 0; i < table_.columns.size(); ++i) {
        const Column& c = column(i);
        if (taken_[i] || maintained(i) || c.identity || c.serial) {
            continue;
        }
        const bool routed = use(i).partition;
        const bool known_full = c.statistics.present && c.statistics.null_fraction == 0;
        if (is_time(c) && !use(i).group_check &&
            (routed || (!c.has_default && (c.not_null || known_full)))) {
            take_time(i);
        } else if (c.has_default && !routed && !(use(i).group_check && !facts_.empty)) {
            continue;
        } else if (facts_.empty) {
            take_without_template(i);
        } else {
            take(i, ValueRole::Template, template_source(i));
        }
    }
}

} // namespace pg_stress::core
