#include "svg.h"

#include "report/escape.h"
#include "result_table.h"

namespace cmgems::apps::svg {

std::string escaped(const std::string& text) { return report::xml_escaped(text); }

std::string rectangle(double x, double y, double width, double height, const std::string& fill) {
  return "<rect x=\"" + decimals(x, 2) + "\" y=\"" + decimals(y, 2) + "\" width=\"" + decimals(width, 2) +
         "\" height=\"" + decimals(height, 2) + "\" fill=\"" + fill + "\"/>\n";
}

std::string label(double x, double y, int size, const std::string& content, const std::string& fill) {
  return "<text x=\"" + decimals(x, 2) + "\" y=\"" + decimals(y, 2) + "\" font-size=\"" + std::to_string(size) +
         "\" text-anchor=\"middle\"" + (fill == "black" ? "" : " fill=\"" + fill + "\"") + ">" + content + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2, const std::string& stroke) {
  return "<line x1=\"" + decimals(x1, 2) + "\" y1=\"" + decimals(y1, 2) + "\" x2=\"" + decimals(x2, 2) + "\" y2=\"" +
         decimals(y2, 2) + "\" stroke=\"" + stroke + "\" stroke-width=\"2\"/>\n";
}

std::string picture(double width, double height, const std::string& shapes) {
  const std::string size = decimals(width, 0) + "\" height=\"" + decimals(height, 0);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + size + "\" font-family=\"sans-serif\">\n" +
         rectangle(0, 0, width, height, "white") + shapes + "</svg>\n";
}

}  // namespace cmgems::apps::svg
