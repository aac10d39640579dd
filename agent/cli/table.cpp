#include "cli/table.hpp"

#include "cli/format.hpp"

#include <algorithm>

namespace intact::cli {

void Table::add(std::vector<std::string> cells, std::string remark) {
    cells.resize(columns_.size());
    rows_.push_back({std::move(cells), std::move(remark)});
}

std::string Table::line(const std::vector<std::string> &cells,
                        const std::vector<std::size_t> &widths) const {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t columns = columns_of(cells[i]);
        const std::string space(widths[i] - std::min(columns, widths[i]), ' ');
        out += i == 0 ? "" : "  ";
        out += columns_[i].align == Align::right ? space + cells[i] : cells[i] + space;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
}

std::string Table::render() const {
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    for (const Column &column : columns_) {
        titles.push_back(column.title);
        widths.push_back(columns_of(column.title));
    }
    for (const Row &row : rows_) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
            widths[i] = std::max(widths[i], columns_of(row.cells[i]));
        }
    }
    std::string out = line(titles, widths);
    for (const Row &row : rows_) {
        out += line(row.cells, widths);
        out += row.remark.empty() ? "" : "    " + row.remark + "\n";
    }
    return out;
}

} // namespace intact::cli
