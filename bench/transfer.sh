#!/usr/bin/env bash
# How long a new backup takes to be synced, and what callers see of it, beside a full resync of Redis; into docs/BENCHMARKS.md.
#   bench/transfer.sh [KEYS] [ROUNDS] [SECONDS]     1000000 keys, 3 rounds, 5 seconds of calls before each unless told
#   bench/transfer.sh overwritten [KEYS] [SECONDS]  1100000 keys of 1 kB, overwritten for 40 seconds; as root, with iproute2, also
#                                                   with a backup in a network namespace, behind a slow link
source "$(dirname "$0")/common.sh"
build bench/Bulk
bulk="$published/bench/Bulk/bulk"

namespace() { # sets $link to the namespace, the link's end here, the address here and the one there
  local space=pbkv-slow-$$ device=pbkv$$ net=198.18.$((RANDOM % 256))
  ip netns add "$space"
  trap "ip netns delete $space; cleanup" EXIT
  ip link add "$device" type veth peer name eth0 netns "$space"
  ip address add "$net.1/24" dev "$device"
  ip link set "$device" up
  ip -n "$space" address add "$net.2/24" dev eth0
  ip -n "$space" link set eth0 up
  ip -n "$space" link set lo up
  link=("$space" "$device" "$net.1" "$net.2")
}

section=transfer
if [ "${1:-}" = overwritten ]; then
  section=overwritten
  set -- "${2:-1100000}" "${3:-40}"
  link=()
  if [ "$(id -u)" = 0 ] && have ip && have tc; then namespace; else say "no root, or no iproute2: no slow link"; fi
  set -- "$@" "${link[@]}"
fi
{ versions | grep -v etcd | sed 's/^# //; s/$/  /'; echo; timeout -k 20 1800 "$bulk" "$section" "$@"; } >"$work/$section.md"
cat "$work/$section.md"
"$report" section "$section" "$work/$section.md" "$root/docs/BENCHMARKS.md"
