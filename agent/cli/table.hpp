// Rows set under each other. Knows no terminal and no meaning of a column.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace intact::cli {

enum class Align { left, right };

class Table {
public:
    struct Column {
        std::string title;
        Align align = Align::left;
    };
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One cell a column; missing cells are empty. A remark stands in a line of its own below.
    void add(std::vector<std::string> cells, std::string remark = "");
    bool empty() const { return rows_.empty(); }
    /// With its titles, each line ended; two spaces between columns, none at a line's end.
    std::string render() const;

private:
    struct Row {
        std::vector<std::string> cells;
        std::string remark;
    };
    std::string line(const std::vector<std::string> &cells,
                     const std::vector<std::size_t> &widths) const;

    std::vector<Column> columns_;
    std::vector<Row> rows_;
};

} // namespace intact::cli
