#include "core/value.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace pg_stress::core {

Value Value::boolean(bool b) {
    Value v;
    v.kind_ = Kind::Boolean;
    v.boolean_ = b;
    return v;
}

Value Value::number(int64_t n) { return number_text(std::to_string(n)); }

Value Value::number(double d) {
    if (!std::isfinite(d)) {
        return {};
    }
    char buffer[40];
    auto end = std::to_chars(buffer, buffer + sizeof buffer, d).ptr;
    return number_text(std::string(buffer, end));
}

Value Value::number_text(std::string text) {
    Value v;
    v.kind_ = Kind::Number;
    v.text_ = std::move(text);
    return v;
}

Value Value::string(std::string text) {
    Value v;
    v.kind_ = Kind::String;
    v.text_ = std::move(text);
    return v;
}

Value Value::array() {
    Value v;
    v.kind_ = Kind::Array;
    return v;
}

Value Value::object() {
    Value v;
    v.kind_ = Kind::Object;
    return v;
}

std::optional<double> Value::as_double() const {
    if (kind_ != Kind::Number) {
        return std::nullopt;
    }
    double d = 0;
    auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), d);
    if (error != std::errc{} || end != text_.data() + text_.size()) {
        return std::nullopt;
    }
    return d;
}

std::optional<int64_t> Value::as_int() const {
    if (kind_ != Kind::Number) {
        return std::nullopt;
    }
    int64_t n = 0;
    auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), n);
    if (error == std::errc{} && end == text_.data() + text_.size()) {
        return n;
    }
    auto d = as_double();
    if (d && std::floor(*d) == *d && std::fabs(*d) < 9.0e15) {
        return static_cast<int64_t>(*d);
    }
    return std::nullopt;
}

const Value* Value::find(std::string_view key) const {
    for (const auto& member : members_) {
        if (member.first == key) {
            return &member.second;
        }
    }
    return nullptr;
}

Value& Value::add(Value item) {
    items_.push_back(std::move(item));
    return items_.back();
}

Value& Value::set(std::string key, Value value) {
    for (auto& member : members_) {
        if (member.first == key) {
            member.second = std::move(value);
            return member.second;
        }
    }
    members_.emplace_back(std::move(key), std::move(value));
    return members_.back().second;
}

void write_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                char buffer[8];
                std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
                out += buffer;
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

void Value::write(std::string& out) const {
    switch (kind_) {
    case Kind::Null:
        out += "null";
        break;
    case Kind::Boolean:
        out += boolean_ ? "true" : "false";
        break;
    case Kind::Number:
        out += text_;
        break;
    case Kind::String:
        write_json_string(out, text_);
        break;
    case Kind::Array: {
        out += '[';
        const char* separator = "";
        for (const auto& item : items_) {
            out += separator;
            item.write(out);
            separator = ", ";
        }
        out += ']';
        break;
    }
    case Kind::Object: {
        out += '{';
        const char* separator = "";
        for (const auto& member : members_) {
            out += separator;
            write_json_string(out, member.first);
            out += ": ";
            member.second.write(out);
            separator = ", ";
        }
        out += '}';
        break;
    }
    }
}

std::string Value::to_json() const {
    std::string out;
    write(out);
    return out;
}

} // namespace pg_stress::core
