#!/usr/bin/env bash
# How long a new backup takes to be synced, and what callers see of it, beside a full resync of Redis; into docs/BENCHMARKS.md.
#   bench/transfer.sh [KEYS] [ROUNDS] [SECONDS]     1000000 keys, 3 rounds, 5 seconds of calls before each unless told
source "$(dirname "$0")/common.sh"
build bench/Bulk
bulk="$published/bench/Bulk/bulk"
{ versions | grep -v etcd | sed 's/^# //; s/$/  /'; echo; timeout -k 20 900 "$bulk" transfer "$@"; } >"$work/transfer.md"
cat "$work/transfer.md"
"$report" section transfer "$work/transfer.md" "$root/docs/BENCHMARKS.md"
