// Chains of foreign keys: parent, child, grandchild. Zone: core.
//
// A beam search from every table: of each length only the widest paths are kept and extended, and
// of each table only its widest keys are followed. So the cost grows with the number of tables,
// never with the number of paths, which is exponential in a dense graph.
#include <algorithm>
#include <cstdint>
#include <numeric>

#include "core/classifier.hpp"

namespace pg_stress::core {

namespace {

struct Path { // as a list from its end to its root
    int table = -1;
    int key = -1;       // that led here
    int before = -1;    // index of the path one shorter
    uint8_t length = 1; // in tables
    double fan_out = 1;
};

using Paths = std::vector<Path>;

bool visits(const Paths& paths, int end, int table) {
    for (int p = end; p >= 0; p = paths[static_cast<size_t>(p)].before) {
        if (paths[static_cast<size_t>(p)].table == table) {
            return true;
        }
    }
    return false;
}

Chain chain_of(const Paths& paths, int end) {
    Chain chain;
    chain.fan_out = paths[static_cast<size_t>(end)].fan_out;
    for (int p = end; p >= 0; p = paths[static_cast<size_t>(p)].before) {
        const Path& path = paths[static_cast<size_t>(p)];
        chain.tables.push_back(path.table);
        if (path.key >= 0) {
            chain.foreign_keys.push_back(path.key);
        }
    }
    std::reverse(chain.tables.begin(), chain.tables.end());
    std::reverse(chain.foreign_keys.begin(), chain.foreign_keys.end());
    return chain;
}

/** The widest keys below each table, widest first. */
std::vector<std::vector<int>> keys_to_follow(const SchemaModel& model,
                                             const std::vector<double>& fan_outs, size_t most) {
    std::vector<std::vector<int>> result(model.tables.size());
    for (size_t t = 0; t < model.tables.size(); ++t) {
        std::vector<int>& keys = result[t];
        for (const int k : model.tables[t].referenced_by) {
            const ForeignKey& key = model.foreign_keys[static_cast<size_t>(k)];
            if (!key.self() && key.child >= 0) {
                keys.push_back(k);
            }
        }
        std::stable_sort(keys.begin(), keys.end(), [&](int a, int b) {
            return fan_outs[static_cast<size_t>(a)] > fan_outs[static_cast<size_t>(b)];
        });
        keys.resize(std::min(keys.size(), most));
    }
    return result;
}

} // namespace

std::vector<Chain> find_chains(const SchemaModel& model, const ChainLimits& limits) {
    std::vector<double> fan_outs(model.foreign_keys.size());
    std::transform(model.foreign_keys.begin(), model.foreign_keys.end(), fan_outs.begin(),
                   [&](const ForeignKey& key) { return fan_out(model, key); });
    // A path of full length can be blocked at most once by each table that it has already.
    const auto follow = keys_to_follow(model, fan_outs, limits.from_a_root + limits.depth);

    std::vector<Chain> chains;
    Paths paths;
    std::vector<int> beam, ends;
    for (size_t root = 0; root < model.tables.size(); ++root) {
        if (follow[root].empty()) {
            continue;
        }
        paths.assign(1, Path{static_cast<int>(root)});
        beam.assign(1, 0);
        ends.clear();
        for (size_t length = 2; length <= limits.depth && !beam.empty(); ++length) {
            const size_t first = paths.size();
            for (const int end : beam) {
                const Path from = paths[static_cast<size_t>(end)];
                for (const int k : follow[static_cast<size_t>(from.table)]) {
                    const int child = model.foreign_keys[static_cast<size_t>(k)].child;
                    if (!visits(paths, end, child)) {
                        paths.push_back({child, k, end, static_cast<uint8_t>(length),
                                         from.fan_out * fan_outs[static_cast<size_t>(k)]});
                    }
                }
            }
            beam.resize(paths.size() - first);
            std::iota(beam.begin(), beam.end(), static_cast<int>(first));
            std::stable_sort(beam.begin(), beam.end(), [&](int a, int b) {
                return paths[static_cast<size_t>(a)].fan_out >
                       paths[static_cast<size_t>(b)].fan_out;
            });
            beam.resize(std::min(beam.size(), 2 * limits.from_a_root));
            ends.insert(ends.begin(), beam.begin(), beam.end()); // longer ones first
        }
        ends.resize(std::min(ends.size(), limits.from_a_root));
        for (const int end : ends) {
            chains.push_back(chain_of(paths, end));
        }
    }
    std::stable_sort(chains.begin(), chains.end(), [](const Chain& a, const Chain& b) {
        return a.tables.size() != b.tables.size() ? a.tables.size() > b.tables.size()
                                                  : a.fan_out > b.fan_out;
    });
    chains.resize(std::min(chains.size(), limits.in_all));
    return chains;
}

} // namespace pg_stress::core
