// Reads a workload's definition. Zone: core.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <initializer_list>
#include <set>

#include "core/schema_model.hpp"
#include "core/sql_text.hpp"
#include "core/workload.hpp"

namespace pg_stress::core {

namespace {

constexpr size_t kMostOperations = 1000;
constexpr size_t kMostSteps = 100;
constexpr int64_t kMostPick = 1000;

/** What stops the reading; becomes the DefinitionError. */
struct Wrong {
    std::string message, path, hint;
};

std::string list(std::initializer_list<const char*> words) {
    std::string text;
    for (const char* word : words) {
        text += (text.empty() ? "" : ", ") + std::string(word);
    }
    return text;
}

[[noreturn]] void wrong(std::string message, std::string path, std::string hint = {}) {
    throw Wrong{std::move(message), std::move(path), std::move(hint)};
}

std::string at(const std::string& path, size_t index) {
    return path + "[" + std::to_string(index) + "]";
}

void check_keys(const Value& object, const std::string& path,
                std::initializer_list<const char*> valid) {
    if (!object.is_object()) {
        wrong("an object is expected", path, "Its keys are " + list(valid) + ".");
    }
    for (const auto& member : object.members()) {
        const bool known =
            std::any_of(valid.begin(), valid.end(), [&](auto key) { return member.first == key; });
        if (!known) {
            wrong("unknown key \"" + member.first + "\"",
                  path.empty() ? member.first : path + "." + member.first,
                  "The valid keys are " + list(valid) + ".");
        }
    }
}

std::string get_text(const Value& object, const char* key, const std::string& path) {
    const Value* value = object.find(key);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_string()) {
        wrong("\"" + std::string(key) + "\" must be a string", path + "." + key);
    }
    return value->text();
}

std::string need_text(const Value& object, const char* key, const std::string& path) {
    std::string text = get_text(object, key, path);
    if (text.empty()) {
        wrong("\"" + std::string(key) + "\" is missing or empty", path);
    }
    return text;
}

bool get_flag(const Value& object, const char* key, const std::string& path, bool otherwise) {
    const Value* value = object.find(key);
    if (value == nullptr) {
        return otherwise;
    }
    if (!value->is_boolean()) {
        wrong("\"" + std::string(key) + "\" must be true or false", path + "." + key);
    }
    return value->as_bool();
}

int64_t get_whole(const Value& object, const char* key, const std::string& path, int64_t otherwise,
                  int64_t least, int64_t most) {
    const Value* value = object.find(key);
    if (value == nullptr) {
        return otherwise;
    }
    const auto number = value->as_int();
    if (!number || *number < least || *number > most) {
        wrong("\"" + std::string(key) + "\" must be a whole number from " + std::to_string(least) +
                  " to " + std::to_string(most),
              path + "." + key);
    }
    return *number;
}

template <typename Choice>
Choice get_choice(const Value& object, const char* key, const std::string& path,
                  std::initializer_list<std::pair<const char*, Choice>> choices) {
    const std::string text = get_text(object, key, path);
    std::string names;
    for (const auto& [name, choice] : choices) {
        if (text == name || (text.empty() && object.find(key) == nullptr)) {
            return choice;
        }
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    wrong("unknown " + std::string(key) + " \"" + text + "\"", path + "." + key,
          "The valid ones are " + names + ".");
}

/** The operation as far as it is read; what a source may refer to. */
struct Context {
    const Operation& operation;
    std::set<std::string>& names; // given by "as"
    int foreach_step;
};

void read_column(const Value& value, const std::string& path, Source& source) {
    const std::string text = need_text(value, "column", path);
    if (!split_column_name(text, source.table, source.column)) {
        wrong("\"" + text + "\" is not the name of a column", path + ".column",
              "Write schema.table.column, each quoted where SQL needs it.");
    }
}

void read_random(const Value& value, const std::string& path, Source& source) {
    check_keys(value, path, {"random", "distribution", "whole", "type", "as"});
    const Value& range = *value.find("random");
    const auto& ends = range.items();
    if (!range.is_array() || ends.size() != 2 || !ends[0].as_double() || !ends[1].as_double()) {
        wrong("\"random\" must be an array of two numbers", path + ".random");
    }
    source.kind = SourceKind::Random;
    source.low = *ends[0].as_double();
    source.high = *ends[1].as_double();
    if (source.high < source.low) {
        wrong("the upper end of \"random\" lies below the lower one", path + ".random");
    }
    source.distribution = get_choice<Distribution>(value, "distribution", path,
                                                   {{"uniform", Distribution::Uniform},
                                                    {"zipf", Distribution::Zipf},
                                                    {"normal", Distribution::Normal},
                                                    {"exponential", Distribution::Exponential}});
    source.whole = get_flag(value, "whole", path, ends[0].as_int() && ends[1].as_int());
}

void read_result(const Value& value, const std::string& path, const Context& context,
                 Source& source) {
    check_keys(value, path, {"result", "column", "row", "all", "type", "as"});
    const auto steps = static_cast<int64_t>(context.operation.steps.size());
    const auto step = value.find("result")->as_int();
    if (!step || *step < 0 || *step >= steps) {
        wrong("\"result\" must be the number of an earlier step", path + ".result",
              steps == 0 ? "The first step has no earlier one."
                         : "Steps count from 0; here 0 to " + std::to_string(steps - 1) +
                               " may be named.");
    }
    source.kind = SourceKind::Result;
    source.step = static_cast<int>(*step);
    source.column = need_text(value, "column", path);
    source.all = get_flag(value, "all", path, false);
    source.row = static_cast<int>(get_whole(value, "row", path, -1, 0, 1000000));
    if (source.all && source.row >= 0) {
        wrong("\"row\" and \"all\" exclude each other", path);
    }
    const Step& earlier = context.operation.steps[static_cast<size_t>(*step)];
    if (earlier.control != Control::None) {
        wrong("step " + std::to_string(*step) + " has no result", path + ".result");
    }
}

void read_constant(const Value& value, const std::string& path, Source& source) {
    check_keys(value, path, {"value", "type", "as"});
    source.kind = SourceKind::Constant;
    const Value& constant = *value.find("value");
    if (constant.is_boolean()) {
        source.value = constant.as_bool() ? "true" : "false";
    } else if (constant.is_array() || constant.is_object()) {
        source.value = constant.to_json();
    } else if (!constant.is_null()) {
        source.value = constant.text();
    }
}

void read_sequence(const Value& value, const std::string& path, Source& source) {
    check_keys(value, path, {"sequence", "column", "most", "type", "as"});
    source.kind = SourceKind::Sequence;
    source.start = get_whole(value, "sequence", path, 1, INT64_MIN / 2, INT64_MAX / 2);
    source.most = get_whole(value, "most", path, 0, 1, INT64_MAX / 2);
    if (value.find("column") != nullptr) {
        read_column(value, path, source);
    }
}

void read_now(const Value& value, const std::string& path, Source& source) {
    check_keys(value, path, {"now", "column", "pick", "type", "as"});
    source.kind = SourceKind::Now;
    source.offset = value.find("now")->is_null() ? "" : get_text(value, "now", path);
    if (value.find("column") != nullptr) {
        read_column(value, path, source);
    }
    source.pick = static_cast<int>(get_whole(value, "pick", path, 0, 0, kMostPick));
}

Source read_source(const Value& value, const std::string& path, const Context& context) {
    constexpr const char* kHint =
        "A source is an object with one of the keys column, result, random, value, now, sequence, "
        "unique, same.";
    Source source;
    if (!value.is_object()) {
        wrong("a parameter's source must be an object", path, kHint);
    }
    if (value.find("now") != nullptr) {
        read_now(value, path, source);
    } else if (value.find("sequence") != nullptr) {
        read_sequence(value, path, source);
    } else if (value.find("result") != nullptr) {
        read_result(value, path, context, source);
    } else if (value.find("column") != nullptr) {
        check_keys(value, path, {"column", "pick", "skew", "reserved", "nulls", "type", "as"});
        source.kind = SourceKind::Column;
        read_column(value, path, source);
        source.pick = static_cast<int>(get_whole(value, "pick", path, 0, 0, kMostPick));
        source.skew = get_choice<Skew>(
            value, "skew", path,
            {{"zipf", Skew::Zipf}, {"uniform", Skew::Uniform}, {"recent", Skew::Recent}});
        source.reserved = get_flag(value, "reserved", path, false);
        source.nulls = get_flag(value, "nulls", path, false);
    } else if (value.find("random") != nullptr) {
        read_random(value, path, source);
    } else if (value.find("value") != nullptr) {
        read_constant(value, path, source);
    } else if (value.find("unique") != nullptr) {
        check_keys(value, path, {"unique", "type", "as"});
        source.kind = SourceKind::Unique;
        source.length = static_cast<int>(get_whole(value, "unique", path, 0, 1, 1000000));
    } else if (value.find("same") != nullptr) {
        check_keys(value, path, {"same", "type"});
        source.kind = SourceKind::Same;
        source.same = need_text(value, "same", path);
        if (context.names.count(source.same) == 0) {
            std::string names;
            for (const auto& name : context.names) {
                names += (names.empty() ? "" : ", ") + name;
            }
            wrong("no earlier source has \"as\": \"" + source.same + "\"", path + ".same",
                  names.empty() ? "" : "The names given so far are " + names + ".");
        }
    } else {
        wrong("a parameter's source is not known", path, kHint);
    }
    source.type = get_text(value, "type", path);
    if (value.find("as") != nullptr) {
        source.as = need_text(value, "as", path);
        context.names.insert(source.as);
    }
    return source;
}

void check_statement(const Step& step, const std::string& path) {
    const SqlFacts facts = read_sql_facts(step.sql);
    if (facts.empty) {
        wrong("the statement is empty", path + ".sql");
    }
    if (facts.several_statements) {
        wrong("a step holds one statement", path + ".sql", "Make a step of each statement.");
    }
    if (facts.missing_parameter > 0) {
        wrong("the statement uses $" + std::to_string(facts.greatest_parameter) + " but not $" +
                  std::to_string(facts.missing_parameter),
              path + ".sql", "Number the parameters from $1 without a gap.");
    }
    const auto sources = static_cast<int>(step.parameters.size());
    if (facts.greatest_parameter != sources) {
        wrong("the statement has " + std::to_string(facts.greatest_parameter) +
                  " parameters, \"params\" has " + std::to_string(sources),
              path, "Give one source for each of $1, $2, and so on.");
    }
}

void check_savepoint(const Step& step, const Operation& operation, const std::string& path) {
    if (step.control == Control::None) {
        return;
    }
    if (step.savepoint.empty()) {
        wrong("the savepoint has no name", path + ".sql");
    }
    if (!operation.transaction) {
        wrong("a savepoint needs \"transaction\": true", path + ".sql");
    }
    if (step.foreach_step >= 0) {
        wrong("a savepoint step cannot have \"foreach\"", path + ".foreach");
    }
    std::vector<std::string> open;
    for (const Step& earlier : operation.steps) {
        const auto found = std::find(open.rbegin(), open.rend(), earlier.savepoint);
        if (earlier.control == Control::Savepoint) {
            open.push_back(earlier.savepoint);
        } else if (earlier.control == Control::Release && found != open.rend()) {
            open.erase(found.base() - 1, open.end());
        } else if (earlier.control == Control::RollbackTo && found != open.rend()) {
            open.erase(found.base(), open.end());
        }
    }
    if (step.control != Control::Savepoint &&
        std::find(open.begin(), open.end(), step.savepoint) == open.end()) {
        wrong("savepoint \"" + step.savepoint + "\" is not open here", path + ".sql");
    }
}

Step read_step(const Value& value, const std::string& path, const Operation& operation,
               std::set<std::string>& names) {
    check_keys(value, path, {"sql", "params", "foreach", "limit"});
    Step step;
    step.sql = need_text(value, "sql", path);
    const auto earlier = static_cast<int64_t>(operation.steps.size());
    if (value.find("foreach") != nullptr) {
        if (earlier == 0) {
            wrong("\"foreach\" needs an earlier step", path + ".foreach");
        }
        step.foreach_step = static_cast<int>(get_whole(value, "foreach", path, -1, 0, earlier - 1));
        if (operation.steps[static_cast<size_t>(step.foreach_step)].control != Control::None) {
            wrong("step " + std::to_string(step.foreach_step) + " has no rows", path + ".foreach");
        }
    }
    step.limit = get_whole(value, "limit", path, 0, 0, INT64_MAX / 2);
    if (const Value* params = value.find("params"); params != nullptr) {
        if (!params->is_array()) {
            wrong("\"params\" must be an array of sources", path + ".params");
        }
        for (size_t i = 0; i < params->items().size(); ++i) {
            step.parameters.push_back(read_source(params->items()[i], at(path + ".params", i),
                                                  {operation, names, step.foreach_step}));
        }
    }
    check_statement(step, path);
    return step;
}

void read_tables(const Value& value, const std::string& path, Operation& operation) {
    const Value* tables = value.find("tables");
    if (tables == nullptr) {
        return;
    }
    if (!tables->is_array()) {
        wrong("\"tables\" must be an array of names", path + ".tables");
    }
    for (size_t i = 0; i < tables->items().size(); ++i) {
        if (!tables->items()[i].is_string()) {
            wrong("a table's name must be a string", at(path + ".tables", i));
        }
        operation.tables.push_back(tables->items()[i].text());
    }
}

Operation read_operation(const Value& value, const std::string& path) {
    check_keys(value, path,
               {"name", "family", "weight", "transaction", "isolation", "orm", "tables", "steps"});
    Operation operation;
    operation.name = need_text(value, "name", path);
    operation.family = get_text(value, "family", path);
    if (operation.family.empty()) {
        operation.family = operation.name;
    }
    if (const Value* weight = value.find("weight"); weight != nullptr) {
        const auto number = weight->as_double();
        if (!number || *number <= 0 || *number > 1e9) {
            wrong("\"weight\" must be a number above 0", path + ".weight");
        }
        operation.weight = *number;
    }
    operation.transaction = get_flag(value, "transaction", path, true);
    operation.isolation = get_choice<std::string>(value, "isolation", path,
                                                  {{"", ""},
                                                   {"read committed", "read committed"},
                                                   {"repeatable read", "repeatable read"},
                                                   {"serializable", "serializable"}});
    operation.orm = get_flag(value, "orm", path, false);
    read_tables(value, path, operation);
    const Value* steps = value.find("steps");
    if (steps == nullptr || !steps->is_array() || steps->items().empty()) {
        wrong("\"steps\" must be an array of at least one step", path + ".steps");
    }
    if (steps->items().size() > kMostSteps) {
        wrong("an operation has at most " + std::to_string(kMostSteps) + " steps", path + ".steps");
    }
    std::set<std::string> names;
    for (size_t i = 0; i < steps->items().size(); ++i) {
        const std::string step_path = at(path + ".steps", i);
        Step step = read_step(steps->items()[i], step_path, operation, names);
        const SqlFacts facts = read_sql_facts(step.sql);
        step.control = facts.control;
        step.savepoint = facts.savepoint;
        check_savepoint(step, operation, step_path);
        operation.steps.push_back(std::move(step));
    }
    complete_from_text(operation);
    return operation;
}

} // namespace

bool parse_workload(const Value& definition, Workload& workload, DefinitionError& error) {
    try {
        check_keys(definition, "", {"operations"});
        const Value* operations = definition.find("operations");
        if (operations == nullptr || !operations->is_array() || operations->items().empty()) {
            wrong("\"operations\" must be an array of at least one operation", "operations");
        }
        if (operations->items().size() > kMostOperations) {
            wrong("a workload has at most " + std::to_string(kMostOperations) + " operations",
                  "operations");
        }
        std::vector<Operation> read;
        std::set<std::string> names;
        for (size_t i = 0; i < operations->items().size(); ++i) {
            const std::string path = at("operations", i);
            read.push_back(read_operation(operations->items()[i], path));
            if (!names.insert(read.back().name).second) {
                wrong("two operations are named \"" + read.back().name + "\"", path + ".name");
            }
        }
        workload.operations = std::move(read);
        return true;
    } catch (const Wrong& found) {
        error.message = "workload definition: " + found.message;
        error.detail =
            found.path.empty() ? "At the top of the definition." : "At " + found.path + ".";
        error.hint = found.hint;
        return false;
    }
}

} // namespace pg_stress::core
