#include "core/sql_text.hpp"

#include <charconv>

#include "core/schema_model.hpp"

namespace pg_stress::core {

namespace {

bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c) || c == '$'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

class Scanner {
  public:
    explicit Scanner(std::string_view sql) : sql_(sql) {}

    std::vector<SqlToken> run() {
        while (at_ < sql_.size()) {
            step();
        }
        return std::move(tokens_);
    }

  private:
    char peek(size_t ahead = 0) const {
        return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
    }

    void put(SqlToken::Kind kind, std::string text) {
        tokens_.push_back({kind, std::move(text), depth_});
    }

    void step() {
        const char c = peek();
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            ++at_;
        } else if (c == '-' && peek(1) == '-') {
            const size_t end = sql_.find('\n', at_);
            at_ = end == std::string_view::npos ? sql_.size() : end;
        } else if (c == '/' && peek(1) == '*') {
            skip_comment();
        } else if (c == '\'') {
            quoted('\'', false);
        } else if ((c == 'e' || c == 'E') && peek(1) == '\'') {
            ++at_;
            quoted('\'', true);
        } else if (c == '"') {
            quoted('"', false);
        } else if (c == '$' && is_digit(peek(1))) {
            ++at_;
            put(SqlToken::Kind::Parameter, digits());
        } else if (c == '$' && (peek(1) == '$' || is_name_start(peek(1)))) {
            dollar_quoted();
        } else if (is_name_start(c)) {
            word();
        } else if (is_digit(c)) {
            number();
        } else {
            symbol(c);
        }
    }

    std::string digits() {
        std::string text;
        while (is_digit(peek())) {
            text += sql_[at_++];
        }
        return text;
    }

    void number() {
        std::string text;
        while (is_digit(peek()) || peek() == '.') {
            text += sql_[at_++];
        }
        put(SqlToken::Kind::Number, std::move(text));
    }

    void word() {
        std::string text;
        while (at_ < sql_.size() && is_name_part(peek())) {
            text += lower(sql_[at_++]);
        }
        put(SqlToken::Kind::Word, std::move(text));
    }

    void symbol(char c) {
        if (c == ')') {
            --depth_;
        }
        put(SqlToken::Kind::Symbol, std::string(1, c));
        if (c == '(') {
            ++depth_;
        }
        ++at_;
    }

    void skip_comment() { // they nest
        int open = 0;
        do {
            if (peek() == '/' && peek(1) == '*') {
                ++open;
                at_ += 2;
            } else if (peek() == '*' && peek(1) == '/') {
                --open;
                at_ += 2;
            } else {
                ++at_;
            }
        } while (open > 0 && at_ < sql_.size());
    }

    void quoted(char quote, bool escapes) {
        std::string text;
        ++at_;
        while (at_ < sql_.size()) {
            if (escapes && peek() == '\\' && at_ + 1 < sql_.size()) {
                text += sql_[at_ + 1];
                at_ += 2;
            } else if (peek() == quote && peek(1) == quote) {
                text += quote;
                at_ += 2;
            } else if (peek() == quote) {
                ++at_;
                break;
            } else {
                text += sql_[at_++];
            }
        }
        put(quote == '"' ? SqlToken::Kind::QuotedName : SqlToken::Kind::Text, std::move(text));
    }

    void dollar_quoted() {
        size_t end = at_ + 1;
        while (end < sql_.size() && is_name_part(sql_[end]) && sql_[end] != '$') {
            ++end;
        }
        if (end >= sql_.size() || sql_[end] != '$') {
            symbol('$');
            return;
        }
        const std::string_view tag = sql_.substr(at_, end - at_ + 1);
        const size_t start = end + 1;
        const size_t close = sql_.find(tag, start);
        const size_t stop = close == std::string_view::npos ? sql_.size() : close;
        put(SqlToken::Kind::Text, std::string(sql_.substr(start, stop - start)));
        at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
    }

    std::string_view sql_;
    size_t at_ = 0;
    int depth_ = 0;
    std::vector<SqlToken> tokens_;
};

class Reader {
  public:
    explicit Reader(const std::vector<SqlToken>& tokens) : tokens_(tokens) {}

    bool word(size_t i, std::string_view text) const {
        return i < tokens_.size() && tokens_[i].kind == SqlToken::Kind::Word &&
               tokens_[i].text == text;
    }
    bool symbol(size_t i, char c) const {
        return i < tokens_.size() && tokens_[i].kind == SqlToken::Kind::Symbol &&
               tokens_[i].text[0] == c;
    }
    bool name(size_t i) const {
        return i < tokens_.size() && (tokens_[i].kind == SqlToken::Kind::Word ||
                                      tokens_[i].kind == SqlToken::Kind::QuotedName);
    }
    /** The quoted "schema.table" that stands at i, or "". */
    std::string table(size_t i) const {
        if (word(i, "only")) {
            ++i;
        }
        if (!name(i) || !symbol(i + 1, '.') || !name(i + 2)) {
            return {};
        }
        return quote_name(tokens_[i].text) + "." + quote_name(tokens_[i + 2].text);
    }

  private:
    const std::vector<SqlToken>& tokens_;
};

/** Where the main statement's verb is: past the WITH queries where there are some. */
size_t main_verb(const std::vector<SqlToken>& tokens, const Reader& read) {
    if (!read.word(0, "with")) {
        return 0;
    }
    for (size_t i = 1; i < tokens.size(); ++i) {
        if (tokens[i].depth == 0 &&
            (read.word(i, "select") || read.word(i, "insert") || read.word(i, "update") ||
             read.word(i, "delete") || read.word(i, "merge"))) {
            return i;
        }
    }
    return 0;
}

void read_verb(const Reader& read, size_t verb, SqlFacts& facts) {
    if (read.word(verb, "select") || read.word(verb, "values") || read.word(verb, "table") ||
        read.symbol(verb, '(')) {
        facts.kind = StatementKind::Select;
    } else if (read.word(verb, "insert")) {
        facts.kind = StatementKind::Insert;
        facts.written_table = read.table(verb + 2);
    } else if (read.word(verb, "update")) {
        facts.kind = StatementKind::Update;
        facts.written_table = read.table(verb + 1);
    } else if (read.word(verb, "delete")) {
        facts.kind = StatementKind::Delete;
        facts.written_table = read.table(verb + 2);
    }
}

void read_control(const std::vector<SqlToken>& tokens, const Reader& read, SqlFacts& facts) {
    size_t at = 0;
    if (read.word(0, "savepoint")) {
        facts.control = Control::Savepoint;
        at = 1;
    } else if (read.word(0, "release")) {
        facts.control = Control::Release;
        at = read.word(1, "savepoint") ? 2 : 1;
    } else if (read.word(0, "rollback")) {
        at = read.word(1, "work") || read.word(1, "transaction") ? 2 : 1;
        if (!read.word(at, "to")) {
            return;
        }
        facts.control = Control::RollbackTo;
        at += read.word(at + 1, "savepoint") ? 2 : 1;
    }
    if (facts.control != Control::None && read.name(at)) {
        facts.savepoint = tokens[at].text;
    }
}

} // namespace

std::vector<SqlToken> sql_tokens(std::string_view sql) { return Scanner(sql).run(); }

SqlFacts read_sql_facts(std::string_view sql) {
    std::vector<SqlToken> tokens = sql_tokens(sql);
    SqlFacts facts;
    while (!tokens.empty() && tokens.back().kind == SqlToken::Kind::Symbol &&
           tokens.back().text == ";") {
        tokens.pop_back();
    }
    facts.empty = tokens.empty();
    std::vector<bool> used;
    for (const SqlToken& token : tokens) {
        if (token.kind == SqlToken::Kind::Parameter) {
            size_t number = 0;
            std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
            if (number > 0 && number <= 65535) {
                if (used.size() < number) {
                    used.resize(number);
                }
                used[number - 1] = true;
            }
        } else if (token.kind == SqlToken::Kind::Symbol && token.text == ";") {
            facts.several_statements = true;
        }
    }
    facts.greatest_parameter = static_cast<int>(used.size());
    for (size_t i = 0; i < used.size() && facts.missing_parameter == 0; ++i) {
        if (!used[i]) {
            facts.missing_parameter = static_cast<int>(i) + 1;
        }
    }
    const Reader read(tokens);
    const size_t verb = main_verb(tokens, read);
    read_verb(read, verb, facts);
    read_control(tokens, read, facts);
    facts.writes = facts.kind == StatementKind::Insert || facts.kind == StatementKind::Update ||
                   facts.kind == StatementKind::Delete || read.word(verb, "merge");
    for (size_t i = 0; i < verb; ++i) { // WITH x AS (INSERT ...)
        const bool starts = read.symbol(i, '(');
        if (starts && (read.word(i + 1, "insert") || read.word(i + 1, "update") ||
                       read.word(i + 1, "delete"))) {
            facts.writes = true;
            if (facts.written_table.empty()) {
                facts.written_table = read.table(i + (read.word(i + 1, "update") ? 2 : 3));
            }
        }
    }
    return facts;
}

} // namespace pg_stress::core
