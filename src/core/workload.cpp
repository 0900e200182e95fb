#include "core/workload.hpp"

#include <algorithm>
#include <cstdint>

#include "core/schema_model.hpp"
#include "core/sql_text.hpp"

namespace pg_stress::core {

namespace {

const char* name_of(Distribution distribution) {
    switch (distribution) {
    case Distribution::Zipf:
        return "zipf";
    case Distribution::Normal:
        return "normal";
    case Distribution::Exponential:
        return "exponential";
    case Distribution::Uniform:
        break;
    }
    return "uniform";
}

const char* name_of(Skew skew) {
    switch (skew) {
    case Skew::Uniform:
        return "uniform";
    case Skew::Recent:
        return "recent";
    case Skew::Zipf:
        break;
    }
    return "zipf";
}

std::string column_name(const Source& source) {
    return source.table + "." + quote_name(source.column);
}

/** Whole numbers without an exponent. */
Value range_end(double number) {
    const auto whole = static_cast<int64_t>(number);
    return static_cast<double>(whole) == number ? Value::number(whole) : Value::number(number);
}

std::string number_text(double number) {
    const Value value = range_end(number);
    return value.text();
}

void write_column(const Source& source, Value& out) {
    out.set("column", Value::string(column_name(source)));
    if (source.pick != 0) {
        out.set("pick", Value::number(int64_t{source.pick}));
    }
    if (source.skew != Skew::Zipf) {
        out.set("skew", Value::string(name_of(source.skew)));
    }
    if (source.reserved) {
        out.set("reserved", Value::boolean(true));
    }
    if (source.nulls) {
        out.set("nulls", Value::boolean(true));
    }
}

void write_result(const Source& source, Value& out) {
    out.set("result", Value::number(int64_t{source.step}));
    out.set("column", Value::string(source.column));
    if (source.all) {
        out.set("all", Value::boolean(true));
    }
    if (source.row >= 0) {
        out.set("row", Value::number(int64_t{source.row}));
    }
}

void write_random(const Source& source, Value& out) {
    Value range = Value::array();
    range.add(range_end(source.low));
    range.add(range_end(source.high));
    const bool whole_ends = range.items()[0].as_int() && range.items()[1].as_int();
    out.set("random", std::move(range));
    if (source.distribution != Distribution::Uniform) {
        out.set("distribution", Value::string(name_of(source.distribution)));
    }
    if (source.whole != whole_ends) {
        out.set("whole", Value::boolean(source.whole));
    }
}

Value to_value(const Source& source) {
    Value out = Value::object();
    switch (source.kind) {
    case SourceKind::Column:
        write_column(source, out);
        break;
    case SourceKind::Result:
        write_result(source, out);
        break;
    case SourceKind::Random:
        write_random(source, out);
        break;
    case SourceKind::Constant:
        out.set("value", source.value ? Value::string(*source.value) : Value());
        break;
    case SourceKind::Now:
        out.set("now", Value::string(source.offset));
        if (!source.column.empty()) {
            out.set("column", Value::string(column_name(source)));
        }
        if (source.pick != 0) {
            out.set("pick", Value::number(int64_t{source.pick}));
        }
        break;
    case SourceKind::Sequence:
        out.set("sequence", Value::number(source.start));
        if (source.most != 0) {
            out.set("most", Value::number(source.most));
        }
        if (!source.column.empty()) {
            out.set("column", Value::string(column_name(source)));
        }
        break;
    case SourceKind::Unique:
        out.set("unique", Value::number(int64_t{source.length}));
        break;
    case SourceKind::Same:
        out.set("same", Value::string(source.same));
        break;
    }
    if (!source.type.empty()) {
        out.set("type", Value::string(source.type));
    }
    if (!source.as.empty()) {
        out.set("as", Value::string(source.as));
    }
    return out;
}

Value to_value(const Step& step) {
    Value out = Value::object();
    out.set("sql", Value::string(step.sql));
    if (!step.parameters.empty()) {
        Value params = Value::array();
        for (const Source& source : step.parameters) {
            params.add(to_value(source));
        }
        out.set("params", std::move(params));
    }
    if (step.foreach_step >= 0) {
        out.set("foreach", Value::number(int64_t{step.foreach_step}));
    }
    if (step.limit != 0) {
        out.set("limit", Value::number(step.limit));
    }
    return out;
}

Value to_value(const Operation& operation) {
    Value out = Value::object();
    out.set("name", Value::string(operation.name));
    out.set("family", Value::string(operation.family));
    out.set("weight", Value::number(operation.weight));
    if (!operation.transaction) {
        out.set("transaction", Value::boolean(false));
    }
    if (!operation.isolation.empty()) {
        out.set("isolation", Value::string(operation.isolation));
    }
    if (operation.orm) {
        out.set("orm", Value::boolean(true));
    }
    if (!operation.tables.empty()) {
        Value tables = Value::array();
        for (const auto& table : operation.tables) {
            tables.add(Value::string(table));
        }
        out.set("tables", std::move(tables));
    }
    Value steps = Value::array();
    for (const Step& step : operation.steps) {
        steps.add(to_value(step));
    }
    out.set("steps", std::move(steps));
    return out;
}

std::string describe_kind(const Source& source) {
    switch (source.kind) {
    case SourceKind::Column: {
        std::string text = column_name(source) + " (";
        text += source.reserved ? "reserved" : name_of(source.skew);
        if (source.pick != 0) {
            text += ", pick " + std::to_string(source.pick);
        }
        return text + (source.nulls ? ", may be NULL)" : ")");
    }
    case SourceKind::Result: {
        std::string text = "step " + std::to_string(source.step) + "'s " + source.column;
        if (source.all) {
            text += " (all rows)";
        } else if (source.row >= 0) {
            text += " (row " + std::to_string(source.row) + ")";
        }
        return text;
    }
    case SourceKind::Random:
        return "random " + number_text(source.low) + " to " + number_text(source.high) + " (" +
               name_of(source.distribution) + ")";
    case SourceKind::Constant:
        return source.value ? quote_literal(*source.value) : "NULL";
    case SourceKind::Now:
        return source.offset.empty() ? "now" : "now " + source.offset;
    case SourceKind::Sequence:
        return source.column.empty() ? "sequence from " + std::to_string(source.start)
                                     : "sequence after " + column_name(source);
    case SourceKind::Unique:
        return source.type == "uuid" ? "unique uuid"
                                     : "unique text of " + std::to_string(source.length);
    case SourceKind::Same:
        return "same as " + source.same;
    }
    return {};
}

} // namespace

bool split_column_name(std::string_view text, std::string& table, std::string& column) {
    const std::vector<SqlToken> tokens = sql_tokens(text);
    const auto name = [&](size_t i) {
        return tokens[i].kind == SqlToken::Kind::Word ||
               tokens[i].kind == SqlToken::Kind::QuotedName;
    };
    const auto dot = [&](size_t i) {
        return tokens[i].kind == SqlToken::Kind::Symbol && tokens[i].text == ".";
    };
    if (tokens.size() != 5 || !name(0) || !dot(1) || !name(2) || !dot(3) || !name(4)) {
        return false;
    }
    table = quote_name(tokens[0].text) + "." + quote_name(tokens[2].text);
    column = tokens[4].text;
    return true;
}

void complete_from_text(Operation& operation) {
    operation.writes = false;
    for (Step& step : operation.steps) {
        const SqlFacts facts = read_sql_facts(step.sql);
        step.kind = facts.kind;
        step.control = facts.control;
        step.savepoint = facts.savepoint;
        step.written_table = facts.written_table;
        operation.writes = operation.writes || facts.writes;
    }
}

Value workload_to_value(const Workload& workload) {
    Value operations = Value::array();
    for (const Operation& operation : workload.operations) {
        operations.add(to_value(operation));
    }
    Value out = Value::object();
    out.set("operations", std::move(operations));
    return out;
}

std::string describe(const Source& source) {
    std::string text = describe_kind(source);
    if (!source.as.empty()) {
        text += " as " + source.as;
    }
    return text;
}

const char* to_string(StatementKind kind) {
    switch (kind) {
    case StatementKind::Select:
        return "select";
    case StatementKind::Insert:
        return "insert";
    case StatementKind::Update:
        return "update";
    case StatementKind::Delete:
        return "delete";
    case StatementKind::Other:
        break;
    }
    return "other";
}

WeightedChoice::WeightedChoice(const std::vector<double>& weights)
    : threshold_(weights.size(), 1.0), alias_(weights.size()) {
    double sum = 0;
    for (const double weight : weights) {
        sum += std::max(weight, 0.0);
    }
    const auto n = static_cast<double>(weights.size());
    std::vector<double> share(weights.size());
    std::vector<uint32_t> small, large;
    for (size_t i = 0; i < weights.size(); ++i) {
        share[i] = sum > 0 ? std::max(weights[i], 0.0) * n / sum : 1.0;
        alias_[i] = static_cast<uint32_t>(i);
        (share[i] < 1.0 ? small : large).push_back(static_cast<uint32_t>(i));
    }
    while (!small.empty() && !large.empty()) {
        const uint32_t less = small.back();
        const uint32_t more = large.back();
        small.pop_back();
        threshold_[less] = share[less];
        alias_[less] = more;
        share[more] -= 1.0 - share[less];
        if (share[more] < 1.0) {
            large.pop_back();
            small.push_back(more);
        }
    }
    // What remains differs from 1 by rounding alone, unless its weight is 0.
    const auto greatest = std::max_element(weights.begin(), weights.end());
    for (const uint32_t rest : small) {
        threshold_[rest] = share[rest] > 0 ? 1.0 : 0.0;
        alias_[rest] = static_cast<uint32_t>(greatest - weights.begin());
    }
}

size_t WeightedChoice::pick(uint64_t random_bits) const {
    if (threshold_.empty()) {
        return 0;
    }
    const auto product = static_cast<unsigned __int128>(random_bits) * threshold_.size();
    const auto column = static_cast<size_t>(product >> 64);
    const double rest = static_cast<double>(static_cast<uint64_t>(product) >> 11) * 0x1.0p-53;
    return rest < threshold_[column] ? column : alias_[column];
}

} // namespace pg_stress::core
