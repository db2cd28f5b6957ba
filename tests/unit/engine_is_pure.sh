#!/bin/sh
# engine_is_pure.sh NM LIBENGINE.A: fails when the engine's objects reference a function the engine
# must not know (design: bytes and time in, actions out; no USB, loop, database, HTTP, clock, file).
set -eu
nm=$1
library=$2

undefined=$("$nm" --undefined-only --no-sort "$library" | awk 'NF == 2 && $1 == "U" { print $2 }' |
	sed 's/@.*//; s/^__\(.*\)_chk$/\1/' | sort -u)
if [ -z "$undefined" ]; then
	echo "engine_is_pure: no undefined symbols found in $library: the check itself is broken" >&2
	exit 1
fi

forbidden='^(uv_|libusb_|sqlite3_|MHD_|cJSON_|pthread_create|socket$|connect$|bind$|accept|send$|recv|'
forbidden="$forbidden"'open$|open64$|openat|fopen|fdopen|freopen|creat|read$|write$|pread|pwrite|mmap|stat$|fstat|'
forbidden="$forbidden"'unlink|rename$|mkdir|opendir|ioctl|poll$|select$|epoll|'
forbidden="$forbidden"'time$|clock|gettimeofday|localtime|gmtime|usleep|nanosleep|sleep$|'
forbidden="$forbidden"'rand$|random|srand|getrandom|getenv|setenv|system$|popen|fork|exec|'
forbidden="$forbidden"'printf$|fprintf|vfprintf|puts$|putchar|perror|syslog|exit$|abort$)'

if echo "$undefined" | grep -E "$forbidden"; then
	echo "engine_is_pure: the symbols above have no place in the engine" >&2
	exit 1
fi
echo "engine_is_pure: $(echo "$undefined" | wc -l) undefined symbols, none forbidden"
