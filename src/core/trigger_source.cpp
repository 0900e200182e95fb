// A scanner for PL/pgSQL that knows as much of the grammar as assignments need. Zone: core.
#include "core/trigger_source.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>

namespace pg_stress::core {

namespace {

struct Token {
    enum class Kind : uint8_t { Word, QuotedName, Symbol, Other } kind;
    std::string text; // words are folded to lower case, quoted names are unquoted
};

bool is_word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Scanner {
  public:
    explicit Scanner(std::string_view source) : source_(source) {}

    std::vector<Token> tokens() {
        while (at_ < source_.size()) {
            const char c = source_[at_];
            if (starts("--")) {
                at_ = std::min(source_.find('\n', at_), source_.size());
            } else if (starts("/*")) {
                skip_comment();
            } else if (c == '\'') {
                skip_string(false);
            } else if ((c == 'e' || c == 'E') && peek(1) == '\'') {
                ++at_;
                skip_string(true);
            } else if (c == '$' && skip_dollar_string()) {
                tokens_.push_back({Token::Kind::Other, {}});
            } else if (c == '"') {
                quoted_name();
            } else if (is_word_start(c)) {
                word();
            } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
                ++at_;
            } else if (starts(":=") || starts(">>")) {
                tokens_.push_back({Token::Kind::Symbol, std::string(source_.substr(at_, 2))});
                at_ += 2;
            } else {
                symbol();
            }
        }
        return std::move(tokens_);
    }

  private:
    bool starts(std::string_view text) const { return source_.substr(at_, text.size()) == text; }
    char peek(size_t ahead) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }

    void skip_comment() { // they nest
        int depth = 0;
        do {
            if (starts("/*")) {
                ++depth;
                at_ += 2;
            } else if (starts("*/")) {
                --depth;
                at_ += 2;
            } else {
                ++at_;
            }
        } while (depth > 0 && at_ < source_.size());
    }

    void skip_string(bool backslashes) {
        for (++at_; at_ < source_.size(); ++at_) {
            if (backslashes && source_[at_] == '\\') {
                ++at_;
            } else if (source_[at_] == '\'') {
                if (peek(1) != '\'') {
                    break;
                }
                ++at_;
            }
        }
        ++at_;
        tokens_.push_back({Token::Kind::Other, {}});
    }

    bool skip_dollar_string() {
        size_t end = at_ + 1;
        while (end < source_.size() && (is_word_start(source_[end]) || is_digit(source_[end]))) {
            ++end;
        }
        if (end >= source_.size() || source_[end] != '$' || is_digit(peek(1))) {
            return false;
        }
        const std::string_view tag = source_.substr(at_, end + 1 - at_);
        const size_t close = source_.find(tag, end + 1);
        at_ = close == std::string_view::npos ? source_.size() : close + tag.size();
        return true;
    }

    void quoted_name() {
        std::string text;
        for (++at_; at_ < source_.size(); ++at_) {
            if (source_[at_] == '"') {
                if (peek(1) != '"') {
                    break;
                }
                ++at_;
            }
            text += source_[at_];
        }
        ++at_;
        tokens_.push_back({Token::Kind::QuotedName, std::move(text)});
    }

    void word() {
        std::string text;
        for (; at_ < source_.size(); ++at_) {
            const char c = source_[at_];
            if (!is_word_start(c) && !is_digit(c) && c != '$') {
                break;
            }
            text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        }
        tokens_.push_back({Token::Kind::Word, std::move(text)});
    }

    void symbol() { // operators such as <= must not look like an assignment
        constexpr std::string_view kOperator = "+-*/<>=~!@#%^&|`?";
        const size_t begin = at_++;
        if (kOperator.find(source_[begin]) != std::string_view::npos) {
            while (at_ < source_.size() && kOperator.find(source_[at_]) != std::string_view::npos &&
                   !starts("--") && !starts("/*") && !starts(">>")) {
                ++at_;
            }
            // As in SQL, "=-1" is "=" and "-": only some operators may end in a sign.
            while (at_ - begin > 1 && (source_[at_ - 1] == '-' || source_[at_ - 1] == '+') &&
                   source_.substr(begin, at_ - begin).find_first_of("~!@#%^&|`?") ==
                       std::string_view::npos) {
                --at_;
            }
        }
        tokens_.push_back({Token::Kind::Symbol, std::string(source_.substr(begin, at_ - begin))});
    }

    std::string_view source_;
    size_t at_ = 0;
    std::vector<Token> tokens_;
};

class Finder {
  public:
    explicit Finder(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    std::vector<TriggerAssignment> find() {
        for (size_t i = 0; i < tokens_.size(); ++i) {
            if (is_word(i, {"new"}) && is_symbol(i + 1, ".")) {
                assignment_to_new(i);
            } else if (is_word(i, {"into"})) {
                into(i + 1);
            } else if (is_word(i, {"update"})) {
                update(i + 1);
            }
        }
        return std::move(found_);
    }

  private:
    bool is_word(size_t i, std::initializer_list<std::string_view> words) const {
        return i < tokens_.size() && tokens_[i].kind == Token::Kind::Word &&
               std::find(words.begin(), words.end(), tokens_[i].text) != words.end();
    }
    bool is_symbol(size_t i, std::string_view symbol) const {
        return i < tokens_.size() && tokens_[i].kind == Token::Kind::Symbol &&
               tokens_[i].text == symbol;
    }
    bool is_name(size_t i) const {
        return i < tokens_.size() &&
               (tokens_[i].kind == Token::Kind::Word || tokens_[i].kind == Token::Kind::QuotedName);
    }
    bool starts_statement(size_t i) const {
        return i == 0 || is_symbol(i - 1, ";") || is_symbol(i - 1, ">>") ||
               is_word(i - 1, {"begin", "then", "else", "loop"});
    }

    void add(const std::string& schema, const std::string& table, const std::string& column) {
        const bool known = std::any_of(found_.begin(), found_.end(), [&](const auto& a) {
            return a.schema == schema && a.table == table && a.column == column;
        });
        if (!known) {
            found_.push_back({schema, table, column});
        }
    }

    /** The index after subscripts and fields of a composite: NEW.c[1], NEW.c.x. */
    size_t after_indirection(size_t i) const {
        while (is_symbol(i, ".") || is_symbol(i, "[")) {
            if (is_symbol(i, ".")) {
                i += 2;
                continue;
            }
            while (i < tokens_.size() && !is_symbol(i, "]")) {
                ++i;
            }
            ++i;
        }
        return i;
    }

    void assignment_to_new(size_t i) {
        if (!is_name(i + 2)) {
            return;
        }
        const size_t sign = after_indirection(i + 3);
        if (is_symbol(sign, ":=") || (is_symbol(sign, "=") && starts_statement(i))) {
            add({}, {}, tokens_[i + 2].text);
        }
    }

    void into(size_t i) {
        if (i >= 2 && is_word(i - 2, {"insert"})) { // remembered for DO UPDATE SET
            table_name(i, insert_schema_, insert_table_);
            return;
        }
        i += is_word(i, {"strict"}) ? 1 : 0;
        while (is_name(i)) {
            if (is_word(i, {"new"}) && is_symbol(i + 1, ".") && is_name(i + 2)) {
                add({}, {}, tokens_[i + 2].text);
            }
            i = after_indirection(i + 1);
            if (!is_symbol(i, ",")) {
                break;
            }
            ++i;
        }
    }

    size_t table_name(size_t i, std::string& schema, std::string& table) const {
        schema.clear();
        table.clear();
        if (!is_name(i)) {
            return i;
        }
        table = tokens_[i++].text;
        while (is_symbol(i, ".") && is_name(i + 1)) {
            schema = table;
            table = tokens_[i + 1].text;
            i += 2;
        }
        return i;
    }

    void update(size_t i) {
        std::string schema, table;
        if (is_word(i, {"set"})) { // INSERT … ON CONFLICT … DO UPDATE SET
            schema = insert_schema_;
            table = insert_table_;
        } else {
            i += is_word(i, {"only"}) ? 1 : 0;
            i = table_name(i, schema, table);
            i += is_symbol(i, "*") ? 1 : 0;
            i += is_word(i, {"as"}) ? 1 : 0;
            i += is_name(i) && !is_word(i, {"set"}) ? 1 : 0; // an alias
        }
        if (table.empty() || !is_word(i, {"set"})) {
            return; // FOR UPDATE OF, a trigger's event
        }
        set_list(i + 1, schema, table);
    }

    void set_list(size_t i, const std::string& schema, const std::string& table) {
        for (;;) {
            if (is_symbol(i, "(")) { // (a, b) = …
                for (++i; i < tokens_.size() && !is_symbol(i, ")"); ++i) {
                    if (is_name(i)) {
                        add(schema, table, tokens_[i].text);
                    }
                }
            } else if (is_name(i)) {
                add(schema, table, tokens_[i].text);
            } else {
                return;
            }
            int depth = 0;
            for (;; ++i) { // to the next comma of the list
                if (i >= tokens_.size() || is_symbol(i, ";") ||
                    (depth == 0 && is_word(i, {"from", "where", "returning"}))) {
                    return;
                }
                if (is_symbol(i, "(") || is_symbol(i, "[")) {
                    ++depth;
                } else if (is_symbol(i, ")") || is_symbol(i, "]")) {
                    if (depth-- == 0 && !is_symbol(i + 1, "=")) {
                        return; // the statement stood in parentheses itself
                    }
                    depth = std::max(depth, 0);
                } else if (depth == 0 && is_symbol(i, ",")) {
                    ++i;
                    break;
                }
            }
        }
    }

    std::vector<Token> tokens_;
    std::vector<TriggerAssignment> found_;
    std::string insert_schema_, insert_table_;
};

} // namespace

std::vector<TriggerAssignment> find_trigger_assignments(std::string_view source) {
    return Finder(Scanner(source).tokens()).find();
}

} // namespace pg_stress::core
