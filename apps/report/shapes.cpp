#include "shapes.h"

#include <algorithm>
#include <cmath>

#include "escape.h"
#include "result_table.h"

namespace cmgems::apps::report {
namespace {

constexpr double kLetter = 6.7;     // pixels, mean of a sans-serif of 12 pixels with some room
constexpr std::size_t kSeries = 8;  // colours of the page

std::string attribute(const std::string& name, double value) { return " " + name + "=\"" + decimals(value, 1) + "\""; }

/// An element with its tip, if any.
std::string element(const std::string& name, const std::string& attributes, const std::string& look,
                    const std::string& tip) {
  const std::string head = "<" + name + " class=\"" + look + "\"" + attributes;
  return tip.empty() ? head + "/>\n" : head + "><title>" + xml_escaped(tip) + "</title></" + name + ">\n";
}

std::string points_attribute(const std::vector<Point>& points) {
  std::string text;
  for (const auto& point : points) {
    text += (text.empty() ? "" : " ") + decimals(point.x, 1) + "," + decimals(point.y, 1);
  }
  return " points=\"" + text + "\"";
}

std::size_t letters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string line(Point from, Point to, const std::string& look) {
  return element("line",
                 attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x) + attribute("y2", to.y),
                 look, "");
}

std::string polyline(const std::vector<Point>& points, const std::string& look) {
  return element("polyline", points_attribute(points), look, "");
}

std::string circle(Point center, double radius, const std::string& look, const std::string& tip) {
  return element("circle", attribute("cx", center.x) + attribute("cy", center.y) + attribute("r", radius), look, tip);
}

std::string diamond(Point center, double radius, const std::string& look, const std::string& tip) {
  const auto [x, y] = center;
  return element("polygon", points_attribute({{x, y - radius}, {x + radius, y}, {x, y + radius}, {x - radius, y}}),
                 look, tip);
}

std::string triangle(Point center, double radius, const std::string& look, const std::string& tip) {
  const auto [x, y] = center;
  return element("polygon", points_attribute({{x, y - radius}, {x + radius, y + radius}, {x - radius, y + radius}}),
                 look, tip);
}

std::string box(Point corner, double width, double height, const std::string& look, const std::string& tip,
                double opacity) {
  return element("rect",
                 attribute("x", corner.x) + attribute("y", corner.y) + attribute("width", width) +
                     attribute("height", height) +
                     (opacity < 1 ? " fill-opacity=\"" + decimals(opacity, 3) + "\"" : ""),
                 look, tip);
}

std::string words(Point at, const std::string& text, const std::string& anchor, const std::string& look) {
  return "<text class=\"" + look + "\"" + attribute("x", at.x) + attribute("y", at.y) + " text-anchor=\"" + anchor +
         "\">" + xml_escaped(text) + "</text>\n";
}

std::string coloured(std::size_t series, const std::string& shapes) {
  return "<g class=\"s" + std::to_string(series % kSeries) + "\">\n" + shapes + "</g>\n";
}

std::string picture(double width, double height, const std::string& alternative, const std::string& shapes) {
  const std::string size = decimals(width, 0) + "\" height=\"" + decimals(height, 0);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + size + "\" viewBox=\"0 0 " + decimals(width, 0) + " " +
         decimals(height, 0) + "\" role=\"img\" aria-label=\"" + xml_escaped(alternative) + "\">\n" + shapes +
         "</svg>\n";
}

double text_width(const std::string& text) { return kLetter * static_cast<double>(letters(text)); }

std::string fitted(const std::string& text, double width) {
  const auto room = static_cast<std::size_t>(std::max(1.0, std::floor(width / kLetter)));
  if (letters(text) <= room) return text;
  std::string result;
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++count >= room) break;
    result += c;
  }
  return result + "…";
}

}  // namespace cmgems::apps::report
