// What a character of a sequence line means; shared by the builder and the FASTA reader.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cmgems::genome {

// Classes of characters that are no base; all have the top bit set, so that a block is checked by one OR.
inline constexpr std::uint8_t kAmbiguous = 0x80;  // IUPAC ambiguity codes and gap symbols
inline constexpr std::uint8_t kBlank = 0x81;
inline constexpr std::uint8_t kForeign = 0x82;

constexpr std::array<std::uint8_t, 256> character_classes() {
  std::array<std::uint8_t, 256> classes{};
  classes.fill(kForeign);
  auto assign = [&](std::string_view characters, std::uint8_t value) {
    for (const char character : characters) {
      classes[static_cast<unsigned char>(character)] = value;
      const bool letter = character >= 'A' && character <= 'Z';
      if (letter) classes[static_cast<unsigned char>(character - 'A' + 'a')] = value;
    }
  };
  assign("A", 0);
  assign("TU", 1);
  assign("C", 2);
  assign("G", 3);
  assign("NRYSWKMBDHV-.*", kAmbiguous);
  assign(" \t\r\n\v\f", kBlank);
  return classes;
}
inline constexpr auto kCharacterClasses = character_classes();

/// Code 0..3 of a base, else one of the classes above.
constexpr std::uint8_t character_class(char character) {
  return kCharacterClasses[static_cast<unsigned char>(character)];
}

}  // namespace cmgems::genome
