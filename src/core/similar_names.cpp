#include "core/similar_names.hpp"

#include <algorithm>
#include <numeric>

namespace pg_stress::core {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/** Letters to insert, delete or replace to make one of the other. */
size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

} // namespace

std::vector<size_t> most_similar(std::string_view name, const std::vector<std::string>& candidates,
                                 size_t count) {
    const size_t most = std::max<size_t>(2, name.size() / 3);
    std::vector<std::pair<size_t, size_t>> near; // distance, index
    for (size_t i = 0; i < candidates.size(); ++i) {
        const size_t longer = std::max(candidates[i].size(), name.size());
        const size_t shorter = std::min(candidates[i].size(), name.size());
        if (longer - shorter > most) {
            continue;
        }
        const size_t letters = distance(name, candidates[i]);
        if (letters <= most) {
            near.emplace_back(letters, i);
        }
    }
    std::sort(near.begin(), near.end());
    near.resize(std::min(near.size(), count));
    std::vector<size_t> indexes;
    for (const auto& [letters, index] : near) {
        indexes.push_back(index);
    }
    return indexes;
}

} // namespace pg_stress::core
