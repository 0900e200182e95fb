// A JSON value as plain data. Zone: core.
//
// The one form in which definitions (workloads, options) travel: the backend makes it from jsonb,
// the writer here turns it back into JSON text. Numbers keep their text, so that a bigint or a
// numeric never passes through a double.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pg_stress::core {

class Value {
  public:
    enum class Kind : uint8_t { Null, Boolean, Number, String, Array, Object };
    using Member = std::pair<std::string, Value>;

    Value() = default;
    static Value boolean(bool b);
    static Value number(int64_t n);
    static Value number(double d); // NaN and infinities become null
    static Value number_text(std::string text);
    static Value string(std::string text);
    static Value array();
    static Value object();

    Kind kind() const { return kind_; }
    bool is_null() const { return kind_ == Kind::Null; }
    bool is_object() const { return kind_ == Kind::Object; }
    bool is_array() const { return kind_ == Kind::Array; }
    bool is_string() const { return kind_ == Kind::String; }
    bool is_number() const { return kind_ == Kind::Number; }
    bool is_boolean() const { return kind_ == Kind::Boolean; }

    bool as_bool() const { return boolean_; }
    const std::string& text() const { return text_; } // of a string or a number
    std::optional<double> as_double() const;
    std::optional<int64_t> as_int() const; // only when it is a whole number

    const std::vector<Value>& items() const { return items_; }
    const std::vector<Member>& members() const { return members_; }
    const Value* find(std::string_view key) const; // nullptr where absent

    Value& add(Value item);                   // to an array
    Value& set(std::string key, Value value); // to an object; replaces

    std::string to_json() const;
    void write(std::string& out) const;

  private:
    Kind kind_ = Kind::Null;
    bool boolean_ = false;
    std::string text_;
    std::vector<Value> items_;
    std::vector<Member> members_;
};

/** Appends the text as a JSON string, quotes included; control characters are escaped. */
void write_json_string(std::string& out, std::string_view text);

/** What is wrong with a definition: a sentence, where it is (a path such as
   operations[2].steps[0]), and how to go on. The backend raises it as invalid_parameter_value. */
struct DefinitionError {
    std::string message;
    std::string detail;
    std::string hint;
};

} // namespace pg_stress::core
