# Writes OUTPUT, a C++ file that holds the catalogue files FILES as string literals.
set(entries "")
foreach(path ${FILES})
  get_filename_component(name ${path} NAME_WE)
  file(READ ${path} text)
  string(LENGTH "${text}" length)
  # One literal may hold 64 KiB by the standard's recommendation; adjacent ones are joined.
  set(literal "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 part)
    string(APPEND literal "R\"yaml(${part})yaml\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  string(APPEND entries "    {\"${name}\",\n${literal}},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from exporter/catalog/*.yml.
#include \"exporter/signals/builtin_files.h\"

#include <array>

namespace exporter {
std::span<const BuiltinFile> builtin_files() {
  static constexpr auto kFiles = std::to_array<BuiltinFile>({
${entries}  });
  return kFiles;
}
}  // namespace exporter
")
