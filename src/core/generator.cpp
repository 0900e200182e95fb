// Chooses which operations a workload has. Zone: core.
//
// An operation is made when it is chosen, never before: a schema of thousands of tables has far
// more possible ones than a run takes. Three rounds: every family once, on the table that it suits
// best; then a read and a write for each table that has none; then, each family in turn, its next
// table.
#include "core/generator.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/operation_families.hpp"
#include "core/statement.hpp"

namespace pg_stress::core {

namespace {

constexpr double kReadShare = 70, kWriteShare = 30;
// For the rounds over tables: any of these will do, the first that applies is taken.
constexpr const char* kCoveringReads[] = {"point_read", "range_read", "bounded_count"};
constexpr const char* kCoveringWrites[] = {"insert", "update", "chain_transaction", "upsert"};
constexpr const char* kCoveringOrmReads[] = {"pagination", "n_plus_1"};
constexpr const char* kCoveringOrmWrites[] = {"load_modify_save", "orm_bulk_insert"};

double rounded(double weight) {
    if (weight <= 0) {
        return weight;
    }
    const double unit = std::pow(10.0, std::floor(std::log10(weight)) - 3);
    return std::round(weight / unit) * unit;
}

class Generator {
  public:
    Generator(const SchemaModel& model, const GeneratorOptions& options)
        : options_(options), schema_(model, options), inserts_(schema_), scene_{schema_, inserts_},
          families_(all_families()) {
        tried_.assign(families_.size(), std::vector<bool>(model.tables.size()));
        for (size_t i = 0; i < schema_.size(); ++i) {
            if (schema_.at(i).selected) {
                order_.push_back(i);
            }
        }
        std::stable_sort(order_.begin(), order_.end(), [&](size_t a, size_t b) {
            return schema_.at(a).importance > schema_.at(b).importance;
        });
        read_.resize(schema_.size());
        written_.resize(schema_.size());
        for (size_t i = 0; i < schema_.size(); ++i) {
            by_name_.emplace(schema_.at(i).name, i);
        }
    }

    Workload run() {
        every_family_once();
        every_table();
        fill();
        weigh();
        list_untouched();
        return std::move(workload_);
    }

  private:
    bool wanted(const OperationFamily& family) const {
        if (family.orm ? !options_.orm : !options_.sql) {
            return false;
        }
        if (family.writes && options_.read_only) {
            return false;
        }
        const auto mixed = options_.mix.find(family.name);
        return mixed == options_.mix.end() || mixed->second > 0;
    }

    bool full() const { return workload_.operations.size() >= options_.most_operations; }

    size_t family_number(const char* name) const {
        for (size_t i = 0; i < families_.size(); ++i) {
            if (std::string(families_[i].name) == name) {
                return i;
            }
        }
        return families_.size();
    }

    /** Makes the operation of that family for that table, unless it was tried before. */
    bool add(size_t family_at, size_t table) {
        const OperationFamily& family = families_[family_at];
        if (!wanted(family) || tried_[family_at][table]) {
            return false;
        }
        tried_[family_at][table] = true;
        const TableFacts& facts = schema_.at(table);
        Operation operation;
        LeftOut why = {facts.name, family.name, "", ""};
        const bool made = family.make(scene_, facts, operation, why);
        if (!why.reason.empty()) {
            workload_.left_out.push_back(std::move(why));
        }
        if (!made) {
            return false;
        }
        operation.family = family.name;
        operation.name = operation.family + " " + facts.name;
        operation.orm = family.orm;
        if (std::find(operation.tables.begin(), operation.tables.end(), facts.name) ==
            operation.tables.end()) {
            operation.tables.insert(operation.tables.begin(), facts.name);
        }
        complete_from_text(operation);
        note_tables(operation);
        // The share of the table within its family; the family's weight comes in at the end.
        operation.weight *= facts.importance;
        family_of_.push_back(family_at);
        operation.generated = true;
        workload_.operations.push_back(std::move(operation));
        return true;
    }

    void note_tables(const Operation& operation) {
        std::set<std::string> written;
        for (const Step& step : operation.steps) {
            written.insert(step.written_table);
        }
        for (const std::string& name : operation.tables) {
            const auto found = by_name_.find(name);
            if (found != by_name_.end()) {
                const bool writes = written.count(name) > 0;
                written_[found->second] = written_[found->second] || writes;
                read_[found->second] = read_[found->second] || !writes;
            }
        }
    }

    void every_family_once() {
        for (size_t family = 0; family < families_.size() && !full(); ++family) {
            size_t refused = workload_.left_out.size();
            bool made = false;
            for (const size_t table : order_) {
                made = add(family, table);
                if (made || full()) {
                    break;
                }
            }
            if (!made && wanted(families_[family]) && refused == workload_.left_out.size()) {
                workload_.left_out.push_back({families_[family].name, families_[family].name, "",
                                              "no table of the schema has what it needs"});
            }
        }
    }

    template <size_t N> bool cover(const char* const (&names)[N], size_t table) {
        for (const char* name : names) {
            if (!full() && add(family_number(name), table)) {
                return true;
            }
        }
        return false;
    }

    void every_table() {
        for (const size_t table : order_) {
            if (!read_[table] && !cover(kCoveringReads, table)) {
                cover(kCoveringOrmReads, table);
            }
            if (!written_[table] && !options_.read_only && schema_.at(table).writable() &&
                !cover(kCoveringWrites, table)) {
                cover(kCoveringOrmWrites, table);
            }
            if (full()) {
                return;
            }
        }
    }

    void fill() {
        std::vector<size_t> next(families_.size());
        for (bool any = true; any && !full();) {
            any = false;
            for (size_t family = 0; family < families_.size() && !full(); ++family) {
                while (next[family] < order_.size() && !add(family, order_[next[family]])) {
                    ++next[family];
                }
                any = any || next[family] < order_.size();
            }
        }
    }

    void weigh() {
        std::vector<double> sum(families_.size());
        for (size_t i = 0; i < workload_.operations.size(); ++i) {
            sum[family_of_[i]] += schema_importance(i);
        }
        double reads = 0, writes = 0;
        for (size_t i = 0; i < workload_.operations.size(); ++i) {
            Operation& operation = workload_.operations[i];
            const OperationFamily& family = families_[family_of_[i]];
            const auto mixed = options_.mix.find(family.name);
            const double weight = mixed != options_.mix.end() ? mixed->second : family.weight;
            operation.weight *= weight / sum[family_of_[i]];
            (operation.writes ? writes : reads) += operation.weight;
        }
        for (Operation& operation : workload_.operations) {
            if (options_.mix.empty() && reads > 0 && writes > 0) {
                operation.weight *= operation.writes ? kWriteShare / writes : kReadShare / reads;
            }
            operation.weight = rounded(operation.weight);
        }
    }

    double schema_importance(size_t operation) const {
        const auto found = by_name_.find(workload_.operations[operation].tables.front());
        return found == by_name_.end() ? 1 : schema_.at(found->second).importance;
    }

    void list_untouched() {
        const std::string limit =
            "beyond the " + std::to_string(options_.most_operations) + " operations of a run";
        for (const size_t table : order_) {
            const TableFacts& facts = schema_.at(table);
            if (!read_[table] && !written_[table]) {
                workload_.left_out.push_back({facts.name, "", "", limit});
            } else if (!facts.no_writes.empty() && !options_.read_only) {
                workload_.left_out.push_back(
                    {facts.name, "insert", facts.no_writes_constraint, facts.no_writes});
            }
        }
        for (size_t i = 0; i < schema_.size(); ++i) {
            if (!schema_.at(i).table->can_select) {
                workload_.left_out.push_back(
                    {schema_.at(i).name, "", "", "this role has no privilege to read it"});
            }
        }
        auto& list = workload_.left_out;
        std::vector<LeftOut> unique;
        std::set<std::string> seen;
        for (LeftOut& left_out : list) {
            const std::string key = left_out.object + "\n" + left_out.family + "\n" +
                                    left_out.constraint + "\n" + left_out.reason;
            if (seen.insert(key).second) {
                unique.push_back(std::move(left_out));
            }
        }
        list = std::move(unique);
    }

    const GeneratorOptions& options_;
    SchemaFacts schema_;
    InsertPlanner inserts_;
    Scene scene_;
    const std::vector<OperationFamily>& families_;
    std::vector<std::vector<bool>> tried_;
    std::vector<size_t> order_; // selected tables, most important first
    std::vector<bool> read_, written_;
    std::map<std::string, size_t> by_name_;
    std::vector<size_t> family_of_; // of each operation
    Workload workload_;
};

} // namespace

Workload generate_workload(const SchemaModel& model, const GeneratorOptions& options) {
    return Generator(model, options).run();
}

std::vector<std::string> unknown_names(const SchemaModel& model, const GeneratorOptions& options) {
    std::set<std::string> tables, schemas;
    for (const Table& table : model.tables) {
        tables.insert(table.quoted());
        schemas.insert(table.schema);
    }
    std::vector<std::string> unknown;
    for (const auto* list : {&options.include_tables, &options.exclude_tables}) {
        for (const std::string& name : *list) {
            if (tables.count(normal_table_name(name)) == 0) {
                unknown.push_back(name);
            }
        }
    }
    for (const std::string& name : options.schemas) {
        if (schemas.count(name) == 0) {
            unknown.push_back(name);
        }
    }
    return unknown;
}

std::optional<Operation> with_sampled_times(const Operation& operation) {
    Operation changed = operation;
    bool any = false;
    for (Step& step : changed.steps) {
        for (Source& source : step.parameters) {
            if (source.kind == SourceKind::Now && !source.column.empty()) {
                source.kind = SourceKind::Column;
                source.skew = Skew::Uniform;
                source.offset.clear();
                any = true;
            }
        }
    }
    return any ? std::optional<Operation>(std::move(changed)) : std::nullopt;
}

const std::vector<std::pair<std::string, double>>& operation_families() {
    static const std::vector<std::pair<std::string, double>> families = [] {
        std::vector<std::pair<std::string, double>> out;
        for (const OperationFamily& family : all_families()) {
            out.emplace_back(family.name, family.weight);
        }
        return out;
    }();
    return families;
}

} // namespace pg_stress::core
