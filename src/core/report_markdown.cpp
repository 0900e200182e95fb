#include "core/report.hpp"

namespace pg_stress::core {

namespace {

/** Text that markdown leaves as it is. */
std::string escaped(const std::string& text) {
    std::string out;
    for (char c : text) {
        switch (c) {
        case '\n':
        case '\r':
        case '\t':
            out += ' ';
            break;
        case '<':
            out += "&lt;";
            break;
        case '&':
            out += "&amp;";
            break;
        case '|':
        case '*':
        case '_':
        case '`':
        case '[':
        case ']':
        case '#':
        case '\\':
            out += '\\';
            [[fallthrough]];
        default:
            out += c;
        }
    }
    return out;
}

} // namespace

std::string report_markdown(const Report& report) {
    std::string out = "# " + escaped(report_title(report)) + "\n";
    for (const auto& section : report_sections(report)) {
        out += "\n## " + escaped(section.title) + "\n\n";
        for (const auto& line : section.lines) {
            out += "- " + escaped(line) + "\n";
        }
        if (!section.table.rows.empty()) {
            out += section.lines.empty() ? "|" : "\n|";
            for (const auto& head : section.table.head) {
                out += " " + escaped(head) + " |";
            }
            out += "\n|";
            for (const bool number : section.table.number) {
                out += number ? " ---: |" : " --- |";
            }
            for (const auto& row : section.table.rows) {
                out += "\n|";
                for (const auto& cell : row) {
                    out += " " + escaped(cell) + " |";
                }
            }
            out += section.remarks.empty() ? "\n" : "\n\n";
        }
        for (const auto& line : section.remarks) {
            out += "- " + escaped(line) + "\n";
        }
    }
    return out;
}

} // namespace pg_stress::core
