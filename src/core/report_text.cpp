#include <algorithm>

#include "core/report.hpp"

namespace pg_stress::core {

namespace {

constexpr size_t kWidth = 100;

/** Columns on a terminal: code points, not bytes. */
size_t width_of(const std::string& text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

/** One line of text, whatever a message holds. */
std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return text;
}

void wrap(std::string& out, const std::string& text, const std::string& indent) {
    const std::string line = one_line(text);
    size_t at = 0;
    do {
        const size_t room = kWidth - indent.size();
        size_t end = line.size();
        if (line.size() - at > room) {
            end = line.rfind(' ', at + room);
            if (end == std::string::npos || end <= at) {
                end = line.find(' ', at);
                end = end == std::string::npos ? line.size() : end;
            }
        }
        out += indent + line.substr(at, end - at) + "\n";
        at = end + 1;
    } while (at < line.size());
}

void write_table(std::string& out, const ReportTable& table) {
    std::vector<size_t> width;
    for (const auto& head : table.head) {
        width.push_back(width_of(head));
    }
    for (const auto& row : table.rows) {
        for (size_t c = 0; c < row.size(); ++c) {
            width[c] = std::max(width[c], width_of(one_line(row[c])));
        }
    }
    const auto write_row = [&](const std::vector<std::string>& row) {
        std::string line = " ";
        for (size_t c = 0; c < row.size(); ++c) {
            const std::string cell = one_line(row[c]);
            const std::string space(width[c] - width_of(cell), ' ');
            line += " " + (table.number[c] ? space + cell : cell + space);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    };
    write_row(table.head);
    for (const auto& row : table.rows) {
        write_row(row);
    }
}

} // namespace

std::string report_text(const Report& report) {
    std::string out = report_title(report) + "\n";
    for (const auto& section : report_sections(report)) {
        out += "\n" + section.title + "\n";
        for (const auto& line : section.lines) {
            wrap(out, line, "  ");
        }
        if (!section.table.rows.empty()) {
            write_table(out, section.table);
        }
        for (const auto& line : section.remarks) {
            wrap(out, line, "  ");
        }
    }
    return out;
}

} // namespace pg_stress::core
