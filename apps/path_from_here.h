// How a path is told: the same words whether it was typed relative or comes absolute from a stored configuration.
#pragma once

#include <filesystem>

namespace cmgems::apps {

/// Relative to the current folder when it lies below it, else absolute; names of built-in inputs stay what they are.
inline std::filesystem::path path_from_here(const std::filesystem::path& path) {
  if (path.empty() || path.string().starts_with("builtin:")) return path;
  const auto absolute = std::filesystem::absolute(path).lexically_normal();
  const auto relative = absolute.lexically_relative(std::filesystem::current_path());
  return relative.empty() || relative.begin()->string() == ".." ? absolute : relative;
}

}  // namespace cmgems::apps
