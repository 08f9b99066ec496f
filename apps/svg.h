// The few shapes that pictures here are made of: SVG 1.1, which browsers and journals take as it is.
#pragma once

#include <string>

namespace cmgems::apps::svg {

/// For text that is not ours: a sequence's name may hold < and &, or bytes that XML cannot hold.
std::string escaped(const std::string& text);

/// Lengths in pixels, from the top left corner. `fill`: any SVG colour.
std::string rectangle(double x, double y, double width, double height, const std::string& fill);

/// Text around x. REQUIRES: content is escaped.
std::string label(double x, double y, int size, const std::string& content, const std::string& fill = "black");

std::string line(double x1, double y1, double x2, double y2, const std::string& stroke);

/// The whole file: shapes on white.
std::string picture(double width, double height, const std::string& shapes);

}  // namespace cmgems::apps::svg
