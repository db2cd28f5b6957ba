# Writes OUT, a C file with the text files of FILES (a ;-list) as one table:
#   const struct schema_text TABLE[] = { { name, text }, ... };  const size_t TABLE_count;
# A name is the file's own, without folder and extensions. Called by schema/CMakeLists.txt with -P.
set(arrays "")
set(rows "")
set(count 0)
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char text${count}[] = {\n${bytes}0x00,\n};\n")
  string(APPEND rows "\t{ \"${name}\", (const char *)text${count} },\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUT} "/* Made by schema/cmake/embed.cmake; edit the embedded files instead. */
#include \"schema/schema.h\"

${arrays}
const struct schema_text ${TABLE}[] = {
${rows}};
const size_t ${TABLE}_count = ${count};
")
