// The graph of foreign keys: how wide a key fans out, and an order with parents first. Zone: core.
#include "key_graph.hpp"

#include <algorithm>
#include <cstdint>
#include <queue>

#include "core/classifier.hpp"

namespace pg_stress::core {

double fan_out(const SchemaModel& model, const ForeignKey& key) {
    if (key.child < 0 || key.parent < 0) {
        return 0;
    }
    const Table& child = model.tables[static_cast<size_t>(key.child)];
    const Table& parent = model.tables[static_cast<size_t>(key.parent)];
    if (parent.rows <= 0 || child.rows <= 0) {
        return 0;
    }
    // A row without parent has a NULL in one of the key's columns; of several nullable columns the
    // one that is NULL most often decides.
    double null_fraction = 0;
    for (const int16_t number : key.columns) {
        if (const Column* column = child.column(number)) {
            null_fraction = std::max(null_fraction, column->statistics.null_fraction);
        }
    }
    return child.rows * (1 - null_fraction) / parent.rows;
}

// Strongly connected components by Tarjan's algorithm, without recursion: a chain of thousands of
// tables must not end the stack.
std::vector<int> key_cycles(const SchemaModel& model, int& component_count) {
    constexpr int kNone = -1;
    const size_t count = model.tables.size();
    std::vector<int> order(count, kNone), low(count, 0), component(count, kNone);
    std::vector<size_t> next_key(count, 0), path, open;
    int next_order = 0;
    component_count = 0;
    for (size_t root = 0; root < count; ++root) {
        if (order[root] != kNone) {
            continue;
        }
        path.push_back(root);
        while (!path.empty()) {
            const size_t table = path.back();
            if (order[table] == kNone) {
                order[table] = low[table] = next_order++;
                open.push_back(table);
            }
            const std::vector<int>& keys = model.tables[table].referenced_by;
            bool descended = false;
            while (next_key[table] < keys.size()) {
                const int k = keys[next_key[table]];
                const int child_index = model.foreign_keys[static_cast<size_t>(k)].child;
                const auto child = static_cast<size_t>(child_index);
                if (child_index >= 0 && order[child] == kNone) {
                    path.push_back(child); // looked at again after it has been walked
                    descended = true;
                    break;
                }
                if (child_index >= 0 && component[child] == kNone) {
                    low[table] = std::min(low[table], low[child]);
                }
                ++next_key[table];
            }
            if (descended) {
                continue;
            }
            path.pop_back();
            if (low[table] == order[table]) {
                size_t member = 0;
                do {
                    member = open.back();
                    open.pop_back();
                    component[member] = component_count;
                } while (member != table);
                ++component_count;
            }
        }
    }
    return component;
}

std::vector<int> parents_first(const SchemaModel& model) {
    const size_t count = model.tables.size();
    int component_count = 0;
    const std::vector<int> component = key_cycles(model, component_count);
    std::vector<std::vector<int>> members(static_cast<size_t>(component_count));
    for (size_t i = 0; i < count; ++i) {
        members[static_cast<size_t>(component[i])].push_back(static_cast<int>(i));
    }
    std::vector<int> waiting_for(members.size(), 0); // keys from components that have not come yet
    for (const ForeignKey& key : model.foreign_keys) {
        if (key.child >= 0 && key.parent >= 0) {
            const int child = component[static_cast<size_t>(key.child)];
            if (child != component[static_cast<size_t>(key.parent)]) {
                ++waiting_for[static_cast<size_t>(child)];
            }
        }
    }
    // Tables are sorted by name, so the lowest index is the first name.
    using Ready = std::pair<int, int>; // first member, component
    std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
    for (size_t c = 0; c < members.size(); ++c) {
        if (waiting_for[c] == 0) {
            ready.emplace(members[c].front(), static_cast<int>(c));
        }
    }
    std::vector<int> order;
    order.reserve(count);
    while (!ready.empty()) {
        const int current = ready.top().second;
        ready.pop();
        for (const int table : members[static_cast<size_t>(current)]) {
            order.push_back(table);
            for (const int k : model.tables[static_cast<size_t>(table)].referenced_by) {
                const int child_table = model.foreign_keys[static_cast<size_t>(k)].child;
                if (child_table < 0) {
                    continue;
                }
                const int child = component[static_cast<size_t>(child_table)];
                if (child != current && --waiting_for[static_cast<size_t>(child)] == 0) {
                    ready.emplace(members[static_cast<size_t>(child)].front(), child);
                }
            }
        }
    }
    return order;
}

} // namespace pg_stress::core
