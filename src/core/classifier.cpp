// What each table is for: structure first, then what statistics show. Zone: core.
//
// Names play no part: the same schema under other names has the same classes. Tables are judged
// parents first, since what a table is depends on what it refers to. Rules in order, the first that
// holds wins: hierarchical, junction, satellite, queue, lookup, transactional, append_only, entity.
#include "core/classifier.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "key_graph.hpp"
#include "table_traits.hpp"

namespace pg_stress::core {

namespace {

constexpr double kSmallTable = 1000;     // rows of a lookup, whatever it is compared with
constexpr double kSmallishTable = 10000; // rows of a lookup, when its children are far more
constexpr double kFarMore = 50;
constexpr size_t kLookupColumns = 6;
constexpr double kMostlyRoots = 0.5;

struct Verdict {
    TableClass table_class = TableClass::Entity;
    double confidence = 0;
    std::string evidence;
};

std::string count_of(size_t n, const char* thing, const char* things) {
    return std::to_string(n) + " " + (n == 1 ? thing : things);
}

class Judge {
  public:
    Judge(const SchemaModel& model, size_t table, const std::vector<char>& judged)
        : model_(model), table_(model.tables[table]), traits_(model, table_), judged_(judged) {}

    Verdict verdict() const {
        using Rule = bool (Judge::*)(Verdict&) const;
        constexpr Rule kRules[] = {&Judge::hierarchical, &Judge::junction, &Judge::satellite,
                                   &Judge::queue,        &Judge::lookup,   &Judge::transactional,
                                   &Judge::append_only,  &Judge::entity};
        Verdict verdict;
        for (const Rule rule : kRules) {
            if ((this->*rule)(verdict)) {
                break;
            }
        }
        return verdict;
    }

  private:
    const Table& table_at(int i) const { return model_.tables[static_cast<size_t>(i)]; }

    std::string names(const std::vector<int16_t>& numbers) const {
        std::string out;
        for (const int16_t number : numbers) {
            const Column* column = table_.column(number);
            out += (out.empty() ? "" : ", ") + (column != nullptr ? column->name : "expression");
        }
        return out;
    }

    bool say(Verdict& verdict, TableClass table_class, double confidence, std::string why) const {
        verdict = {table_class, std::round(confidence * 100) / 100, std::move(why)};
        return true;
    }

    bool hierarchical(Verdict& verdict) const {
        for (const int k : table_.foreign_keys) {
            const ForeignKey& key = model_.foreign_keys[static_cast<size_t>(k)];
            if (!key.self() || mostly_roots(key)) {
                continue;
            }
            const bool moves = traits_.status != nullptr && !traits_.times.empty();
            return say(verdict, TableClass::Hierarchical, moves ? 0.7 : 0.95,
                       "refers to itself by " + names(key.columns));
        }
        return false;
    }

    /** Few rows have a parent: a customer whom another one recommended, not a tree. */
    bool mostly_roots(const ForeignKey& key) const {
        return std::any_of(key.columns.begin(), key.columns.end(), [&](int16_t number) {
            const Column* column = table_.column(number);
            return column != nullptr && column->statistics.present &&
                   column->statistics.null_fraction > kMostlyRoots;
        });
    }

    bool junction(Verdict& verdict) const {
        for (const Index& index : table_.indexes) {
            if (!index.unique || !index.valid || index.partial || index.expression ||
                index.columns.size() < 2) {
                continue;
            }
            // Every column of the unique key belongs to a foreign key, and no single foreign key
            // has them all.
            std::vector<int> ends;
            std::string parents;
            bool one_has_all = false;
            std::vector<int16_t> open = index.columns;
            for (const int k : table_.foreign_keys) {
                const ForeignKey& key = model_.foreign_keys[static_cast<size_t>(k)];
                const auto in_index = [&](int16_t number) {
                    return std::find(index.columns.begin(), index.columns.end(), number) !=
                           index.columns.end();
                };
                if (!std::all_of(key.columns.begin(), key.columns.end(), in_index)) {
                    continue;
                }
                ends.push_back(k);
                parents += (parents.empty() ? "" : " and ") + table_at(key.parent).quoted();
                one_has_all = one_has_all || key.columns.size() == index.columns.size();
                std::erase_if(open, [&](int16_t number) {
                    return std::find(key.columns.begin(), key.columns.end(), number) !=
                           key.columns.end();
                });
            }
            if (open.empty() && !one_has_all && ends.size() >= 2) {
                return say(verdict, TableClass::Junction, index.primary ? 0.95 : 0.8,
                           "unique key (" + names(index.columns) + ") is made of foreign keys to " +
                               parents);
            }
        }
        return false;
    }

    bool satellite(Verdict& verdict) const {
        for (const Index& index : table_.indexes) {
            if (!index.unique || !index.valid || index.partial || index.expression ||
                (!index.primary && traits_.status != nullptr)) {
                continue; // with a state of its own it is more than an annex of its parent
            }
            for (const int k : table_.foreign_keys) {
                const ForeignKey& key = model_.foreign_keys[static_cast<size_t>(k)];
                if (std::is_permutation(key.columns.begin(), key.columns.end(),
                                        index.columns.begin(), index.columns.end())) {
                    return say(verdict, TableClass::Satellite, index.primary ? 0.95 : 0.75,
                               "at most one row for each row of " + table_at(key.parent).quoted() +
                                   ": (" + names(key.columns) + ") is unique and a foreign key");
                }
            }
        }
        return false;
    }

    bool queue(Verdict& verdict) const {
        if (traits_.children > 0 || traits_.status == nullptr || traits_.queue_index == nullptr ||
            part_of_transaction()) {
            return false;
        }
        return say(verdict, TableClass::Queue, traits_.queue_index->partial ? 0.85 : 0.6,
                   "no children; status-like column " + traits_.status->name + " (" +
                       traits_.status_reason + "); index " + traits_.queue_index->name +
                       " finds rows to do next");
    }

    bool lookup(Verdict& verdict) const {
        if (!traits_.times.empty() || table_.columns.size() > kLookupColumns ||
            !only_stable_parents() || table_.primary_key() == nullptr) {
            return false;
        }
        const bool counted = table_.rows_known && table_.rows > 0;
        const bool small = !counted || table_.rows <= kSmallTable ||
                           (table_.rows <= kSmallishTable && traits_.widest_fan_out >= kFarMore);
        if (!small || (!counted && traits_.foreign_keys > 0)) {
            return false;
        }
        double confidence = counted ? 0.85 : 0.6;
        confidence -= traits_.children == 0 ? 0.2 : 0;
        return say(verdict, TableClass::Lookup, confidence,
                   count_of(table_.columns.size(), "column", "columns") + ", no times, " +
                       (counted ? rows_text(table_) : std::string("no rows counted yet")) +
                       ", referenced by " + count_of(traits_.children, "key", "keys"));
    }

    bool transactional(Verdict& verdict) const {
        std::string why;
        if (!acting_parent_.empty()) {
            why = "belongs to " + acting_parent_;
        }
        const auto add = [&](const std::string& text) { why += (why.empty() ? "" : "; ") + text; };
        if (traits_.status != nullptr) {
            add("status-like column " + traits_.status->name + " (" + traits_.status_reason + ")");
        }
        if (!traits_.times.empty()) {
            add(count_of(traits_.times.size(), "time column", "time columns"));
        }
        const bool has_status = traits_.status != nullptr;
        const bool has_time = !traits_.times.empty();
        const bool acts = !acting_parent_.empty();
        // Keys, measures, a state and a time, and no text that would describe a thing: an event
        // that goes through states, whatever its parents are.
        const bool only_moves =
            has_status && has_time && traits_.foreign_keys > 0 && traits_.texts == 0;
        if (has_status && ((acts && has_time) || only_moves)) {
            return say(verdict, TableClass::Transactional, acts ? 0.9 : 0.8, why);
        }
        if (has_status && (acts || (has_time && traits_.children == 0))) {
            return say(verdict, TableClass::Transactional, acts ? 0.75 : 0.6, why);
        }
        if (numbered_within_parent()) {
            add("its key holds that of its parent");
            return say(verdict, TableClass::Transactional, 0.7, why);
        }
        if (acting_parent_.empty()) {
            return false;
        }
        if (has_time && (traits_.children > 0 || traits_.changing_times > 0)) {
            return say(verdict, TableClass::Transactional, 0.75,
                       why + (traits_.children > 0
                                  ? "; referenced by " + count_of(traits_.children, "key", "keys")
                                  : "; a time column is filled or changed later"));
        }
        if (!has_time && traits_.foreign_keys >= 2 && traits_.texts == 0) {
            return say(verdict, TableClass::Transactional, 0.6,
                       why + "; only keys and measures: lines of its parent");
        }
        return false;
    }

    bool append_only(Verdict& verdict) const {
        if (traits_.children > 0) {
            return false;
        }
        std::string why = "no children";
        double confidence = 0;
        if (traits_.time_order != nullptr) {
            why += "; " + traits_.time_order_reason + " " + traits_.time_order->name;
            confidence = 0.9;
        } else if (traits_.times.size() == 1 && traits_.changing_times == 0 &&
                   traits_.status == nullptr && traits_.natural_keys == 0) {
            why += "; one time column, " + traits_.times[0]->name + ", that is set once";
            confidence = traits_.foreign_keys > 0 ? 0.75 : 0.65;
        } else if (table_.primary_key() == nullptr && !traits_.times.empty()) {
            why += "; no key to find a row again by, and a time column " + traits_.times[0]->name;
            confidence = 0.7;
        } else {
            return false;
        }
        if (traits_.time_order == nullptr && traits_.times[0]->statistics.present) {
            const double correlation = traits_.times[0]->statistics.correlation;
            if (correlation > 0.9) {
                confidence += 0.1;
                why += "; rows lie in its order";
            }
        }
        return say(verdict, TableClass::AppendOnly, std::min(confidence, 0.95), why);
    }

    bool entity(Verdict& verdict) const {
        std::string why = "referenced by " + count_of(traits_.children, "key", "keys");
        double confidence = traits_.children > 0 ? 0.8 : 0.5;
        if (traits_.natural_keys > 0) {
            why += "; a unique key of its own besides the row's number";
            confidence += 0.1;
        }
        if (traits_.texts > 0) {
            why += "; " + count_of(traits_.texts, "text column", "text columns");
        }
        if (traits_.children == 0 && traits_.natural_keys == 0) {
            why += "; nothing in its structure says more";
            confidence = 0.4;
        }
        return say(verdict, TableClass::Entity, confidence, why);
    }

    bool part_of_transaction() const {
        return std::any_of(table_.foreign_keys.begin(), table_.foreign_keys.end(), [&](int k) {
            const ForeignKey& key = model_.foreign_keys[static_cast<size_t>(k)];
            return !key.self() && judged_[static_cast<size_t>(key.parent)] != 0 &&
                   table_at(key.parent).table_class == TableClass::Transactional;
        });
    }

    /** A line of its parent: the primary key is a foreign key and a number. */
    bool numbered_within_parent() const {
        const Index* primary = table_.primary_key();
        return primary != nullptr &&
               std::any_of(table_.foreign_keys.begin(), table_.foreign_keys.end(), [&](int k) {
                   const ForeignKey& key = model_.foreign_keys[static_cast<size_t>(k)];
                   const bool still = judged_[static_cast<size_t>(key.parent)] != 0 &&
                                      stands_still(table_at(key.parent));
                   return !key.self() && !still && key.columns.size() < primary->columns.size() &&
                          std::all_of(key.columns.begin(), key.columns.end(), [&](int16_t number) {
                              return std::find(primary->columns.begin(), primary->columns.end(),
                                               number) != primary->columns.end();
                          });
               });
    }

    /** True when all parents are lookups or trees of terms: things that stand still. */
    bool only_stable_parents() const { return acting_parent_.empty() && !table_has_cycle_; }

    const SchemaModel& model_;
    const Table& table_;
    TableTraits traits_;
    const std::vector<char>& judged_;
    bool table_has_cycle_ = in_cycle();
    std::string acting_parent_ = find_acting_parent(); // an entity or a transaction; "" for none

    bool in_cycle() const { // a parent that is judged later: parents_first could not put it first
        return std::any_of(table_.foreign_keys.begin(), table_.foreign_keys.end(), [&](int k) {
            const ForeignKey& key = model_.foreign_keys[static_cast<size_t>(k)];
            return !key.self() && judged_[static_cast<size_t>(key.parent)] == 0;
        });
    }

    /** A lookup, or a tree of terms: small as a lookup and without times. */
    static bool stands_still(const Table& table) {
        if (table.table_class == TableClass::Hierarchical) {
            return table.columns.size() <= kLookupColumns && table.rows <= kSmallishTable &&
                   std::none_of(table.columns.begin(), table.columns.end(), [](const Column& c) {
                       return c.family == TypeFamily::Timestamp || c.family == TypeFamily::Date;
                   });
        }
        return table.table_class == TableClass::Lookup;
    }

    std::string find_acting_parent() const {
        for (const int k : table_.foreign_keys) {
            const ForeignKey& key = model_.foreign_keys[static_cast<size_t>(k)];
            const Table& parent = table_at(key.parent);
            const bool judged = judged_[static_cast<size_t>(key.parent)] != 0;
            if (!key.self() && judged && !stands_still(parent)) {
                return parent.quoted() + " (" + to_string(parent.table_class) + ")";
            }
        }
        return {};
    }
};

} // namespace

void classify(SchemaModel& model, const std::vector<ClassOverride>& overrides) {
    // Members of a cycle count as judged together, after the last of them: which of them comes
    // first is a matter of names.
    int cycle_count = 0;
    const std::vector<int> cycle = key_cycles(model, cycle_count);
    std::vector<char> judged(model.tables.size(), 0);
    std::vector<int> waiting;
    for (const int i : parents_first(model)) {
        if (!waiting.empty() &&
            cycle[static_cast<size_t>(waiting[0])] != cycle[static_cast<size_t>(i)]) {
            for (const int member : waiting) {
                judged[static_cast<size_t>(member)] = 1;
            }
            waiting.clear();
        }
        waiting.push_back(i);
        Table& table = model.tables[static_cast<size_t>(i)];
        const Verdict verdict = Judge(model, static_cast<size_t>(i), judged).verdict();
        const auto set_by_user =
            std::find_if(overrides.begin(), overrides.end(), [&](const ClassOverride& o) {
                return o.schema == table.schema && o.table == table.name;
            });
        table.class_overridden = set_by_user != overrides.end();
        if (table.class_overridden) {
            table.table_class = set_by_user->table_class;
            table.confidence = 1;
            table.evidence = std::string("set by classify(); judged by itself it would be ") +
                             to_string(verdict.table_class) + ": " + verdict.evidence;
        } else {
            table.table_class = verdict.table_class;
            table.confidence = verdict.confidence;
            table.evidence = verdict.evidence;
        }
    }
}

} // namespace pg_stress::core
