// The shapes that charts are made of. Colours come from the page: classes s0 to s7 are those of the series.
#pragma once

#include <string>
#include <vector>

namespace cmgems::apps::report {

struct Point {
  double x = 0, y = 0;
};

/// `look`: a class of the page's style. Coordinates in pixels from the top left corner.
std::string line(Point from, Point to, const std::string& look);
std::string polyline(const std::vector<Point>& points, const std::string& look);
/// `tip`: shown when the pointer rests on it; plain text, may be empty, as for all below.
std::string circle(Point center, double radius, const std::string& look, const std::string& tip);
std::string diamond(Point center, double radius, const std::string& look, const std::string& tip);
std::string triangle(Point center, double radius, const std::string& look, const std::string& tip);
/// `opacity`: of its ground, 0 to 1.
std::string box(Point corner, double width, double height, const std::string& look, const std::string& tip,
                double opacity = 1);
/// `anchor`: start, middle or end.
std::string words(Point at, const std::string& text, const std::string& anchor, const std::string& look = "label");
/// Shapes in the colour of a series.
std::string coloured(std::size_t series, const std::string& shapes);
/// The whole picture, named by its words.
std::string picture(double width, double height, const std::string& alternative, const std::string& shapes);

/// About how wide a text of labels is, pixels.
double text_width(const std::string& text);
/// The text, or its beginning and an ellipsis, within a width.
std::string fitted(const std::string& text, double width);

}  // namespace cmgems::apps::report
