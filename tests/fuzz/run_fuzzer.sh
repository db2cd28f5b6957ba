#!/bin/sh
# run_fuzzer.sh PROGRAM SECONDS FOUND FOLDER...: run libFuzzer with the seeds of the FOLDERs that
# exist; new inputs and crashes go to FOUND in the build folder, never into the source tree.
set -eu
program=$1
seconds=$2
found=$3
shift 3

mkdir -p "$found"
seeds=
for folder in "$@"; do
	if [ -d "$folder" ]; then
		seeds="$seeds $folder"
	fi
done
# the folders hold no blanks: CMake made the list
# shellcheck disable=SC2086
exec "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=131072 \
	-print_final_stats=1 -artifact_prefix="$found/" "$found" $seeds
