#include "core/insert_plan.hpp"

#include "row_planner.hpp"

namespace pg_stress::core {

const InsertPlan& InsertPlanner::plan(const TableFacts& facts, int new_parent) {
    const auto key = std::make_pair(facts.index, new_parent);
    const auto found = plans_.find(key);
    if (found != plans_.end()) {
        return found->second;
    }
    return plans_.emplace(key, RowPlanner(schema_, facts, new_parent).run()).first->second;
}

std::optional<std::vector<int>> InsertPlanner::parents_needed(const TableFacts& facts) {
    constexpr size_t kMostParents = 3;
    std::vector<int> keys;
    const TableFacts* at = &facts;
    while (!plan(*at).possible) {
        const int key = plan(*at).needs_parent;
        if (key < 0 || keys.size() == kMostParents || !plan(*at, key).possible) {
            return std::nullopt;
        }
        keys.insert(keys.begin(), key);
        at = &schema_.at(schema_.key(key).parent);
    }
    return keys;
}

} // namespace pg_stress::core
