# Assertions stay on in every build: a station that broke its own promise must stop, not go on.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2")

# One list of warnings and sanitizers for every target; a target takes it with flashrack_strict(target).
add_compile_definitions(_GNU_SOURCE FLASHRACK_VERSION="${PROJECT_VERSION}")

function(flashrack_strict target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wformat=2
    -Wpointer-arith -Wvla -Wundef -fno-common)
  if(FLASHRACK_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

if(FLASHRACK_SANITIZE)
  add_compile_options(-fsanitize=${FLASHRACK_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FLASHRACK_SANITIZE})
endif()
if(FLASHRACK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()
