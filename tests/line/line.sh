# line: a production line in miniature, for scripts: a sample package, virtual racks, a station, an
# order, and the check of what was flashed. Sourced by ./demo and by the tests under tests/vm and
# tests/bench; the caller has set -u and calls line_stop in its EXIT trap.
#
# Caller sets, before line_begin:
#   LINE_BUILD   folder of the programs
#   LINE_STATE   an existing folder; everything the line writes is below it
#   LINE_PORT    of the station's HTTP, on 127.0.0.1
# Functions return non-zero with one line on stderr when they fail; none of them exits.

line_say() { echo "$LINE_NAME: $*" >&2; }

line_begin() { # NAME: how messages begin
	LINE_NAME=$1
	LINE_PIDS=()
	LINE_URL=http://127.0.0.1:$LINE_PORT
	LINE_PACKAGE=$LINE_STATE/package
	LINE_LEDGER=
	mkdir -p "$LINE_STATE/log" "$LINE_STATE/station"
	if (exec 3<>"/dev/tcp/127.0.0.1/$LINE_PORT") 2>/dev/null; then
		line_say "port $LINE_PORT, 127.0.0.1: in use by another program; stop it or set FLASHRACK_PORT"
		return 1
	fi
}

# Does the kernel have vhci_hcd, and may we attach to it?
line_has_vhci() {
	[ "$(id -u)" = 0 ] || return 1
	[ -d /sys/devices/platform/vhci_hcd.0 ] || modprobe vhci_hcd 2>/dev/null || return 1
	[ -w /sys/devices/platform/vhci_hcd.0/attach ]
}

line_sample() { # flashrack-sample's arguments
	"$LINE_BUILD/flashrack-sample" --out "$LINE_PACKAGE" "$@"
}

line_scatter() { echo "$LINE_PACKAGE"/*_Android_scatter*; }

# Waits until COMMAND succeeds; every 0.1 s, and only while process PID lives.
line_until() { # SECONDS PID COMMAND...
	local deadline=$((SECONDS + $1)) pid=$2
	shift 2
	until "$@"; do
		kill -0 "$pid" 2>/dev/null || return 1
		[ $SECONDS -lt $deadline ] || return 1
		sleep 0.1
	done
}

line_rack() { # NAME ARGUMENTS...: starts a rack, returns when all its devices are attached
	local name=$1 log=$LINE_STATE/log/$1.out
	shift
	"$LINE_BUILD/flashrack-rack" "$@" --state "$LINE_STATE/$name" \
		--log "$LINE_STATE/log/$name.log" >"$log" 2>&1 &
	LINE_RACK=$!
	LINE_PIDS+=($LINE_RACK)
	if ! line_until 120 $LINE_RACK grep -qx ready "$log"; then
		line_say "rack, $log: no \"ready\"; it said: $(tail -3 "$log" | tr '\n' ' ')"
		return 1
	fi
}

line_station() { # JSON: config beyond name, state, listen and profiles, merged in
	local config=$LINE_STATE/station.json
	jq -n --arg state "$LINE_STATE/station" --argjson port "$LINE_PORT" \
		--arg profiles "$LINE_PROFILES" --argjson more "$1" \
		'{name: "Demo line", state_dir: $state, profiles_dir: $profiles,
		  listen: {address: "127.0.0.1", port: $port}} * $more' >"$config" || return 1
	"$LINE_BUILD/flashrackd" --config "$config" >>"$LINE_STATE/log/station.log" 2>&1 &
	LINE_STATION=$!
	LINE_PIDS+=($LINE_STATION)
	if ! line_until 30 $LINE_STATION line_get /healthz >/dev/null; then
		line_say "station, $LINE_STATE/log/station.log: does not answer; it said:" \
			"$(tail -3 "$LINE_STATE/log/station.log" | tr '\n' ' ')"
		return 1
	fi
	LINE_LEDGER=$(line_get /api/v1/station | jq -r '.ledger // .ledger_path // empty')
}

line_get() { curl -sf --max-time 10 "$LINE_URL$1"; }

line_post() { # PATH JSON: prints the answer; a problem document becomes the error line
	local answer status
	answer=$(curl -s --max-time 60 -w '\n%{http_code}' -H 'Content-Type: application/json' \
		-d "$2" "$LINE_URL$1") || { line_say "station, POST $1: no answer"; return 1; }
	status=${answer##*$'\n'}
	answer=${answer%$'\n'*}
	case $status in
	2*) echo "$answer" ;;
	*)
		line_say "station, POST $1: $(jq -r '.detail // .title // "refused"' <<<"$answer" 2>/dev/null)"
		return 1
		;;
	esac
}

line_package_settled() {
	case $(line_get /api/v1/packages | jq -r '.items[-1].state // "none"') in
	ready | refused | failed) return 0 ;;
	esac
	return 1
}

line_import() { # imports the package; prints its id
	line_post /api/v1/packages "$(jq -n --arg path "$LINE_PACKAGE" '{path: $path}')" >/dev/null || return 1
	if ! line_until 300 "$LINE_STATION" line_package_settled; then
		line_say "package, $LINE_PACKAGE: the import does not end"
		return 1
	fi
	line_get /api/v1/packages | jq -re '.items[-1] | select(.state == "ready") | .id' || {
		line_say "package, $LINE_PACKAGE:" \
			"$(line_get /api/v1/packages | jq -r '.items[-1] | "\(.state): \(.problem)"')"
		return 1
	}
}

line_order() { # PACKAGE-ID QUANTITY NAME [JSON]: opens an order; JSON has more keys; prints its id
	local more=${4:-}
	[ -n "$more" ] || more='{}'
	line_post /api/v1/orders "$(jq -n --arg package "$1" --argjson quantity "$2" --arg name "$3" \
		--arg profile "$LINE_PROFILE" --argjson more "$more" \
		'{name: $name, profile: $profile, package: $package, quantity: $quantity} * $more')" |
		jq -re .id
}

# Runs of an order that are over and on record, as "passed failed refused interrupted".
line_results() { # ORDER
	line_get "/api/v1/runs?order=$1&limit=1000" | jq -r '[.items[].result] |
		[map(select(. == "passed")), map(select(. == "failed")), map(select(. == "refused")),
		 map(select(. == "interrupted"))] | map(length) | join(" ")'
}

line_all_over() { # ORDER COUNT
	local p f r i
	read -r p f r i < <(line_results "$1") || return 1
	[ $((p + f + r + i)) -ge "$2" ]
}

line_wait() { # ORDER COUNT SECONDS: until so many runs are on record
	line_until "$3" "$LINE_STATION" line_all_over "$1" "$2" || {
		line_say "order $1: $(line_results "$1") (passed failed refused interrupted) of $2 runs after $3 s"
		return 1
	}
}

line_identity() { # RACK COUNT: hashes of all identity partitions, a line each
	local n
	for ((n = 0; n < $2; n++)); do
		"$LINE_BUILD/flashrack-sample" identity --package "$LINE_PACKAGE" \
			--device "$LINE_STATE/$1/$n" | sed "s/^/$n /" || return 1
	done
}

line_verify() { # RACK COUNT: every device's storage against the package
	local n bad=0
	for ((n = 0; n < $2; n++)); do
		"$LINE_BUILD/flashrack-sample" verify --package "$LINE_PACKAGE" \
			--device "$LINE_STATE/$1/$n" || bad=1
	done
	return $bad
}

line_end() { # PID...: asks the process to stop, insists after 10 s
	local pid tries
	for pid in "$@"; do kill "$pid" 2>/dev/null; done
	for pid in "$@"; do
		for ((tries = 0; tries < 100; tries++)); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	return 0
}

line_stop() {
	[ ${#LINE_PIDS[@]} -eq 0 ] || line_end "${LINE_PIDS[@]}"
	LINE_PIDS=()
}
