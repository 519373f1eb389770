#!/usr/bin/env bash
# Many keys and many sessions: operations/s, p99, memory beside Redis, GC pauses; into docs/BENCHMARKS.md.
#   bench/scale.sh [KEYS,…] [SESSIONS,…] [SECONDS]     10000,1000000,10000000 keys, 1,1000,100000 sessions, 10 seconds each unless told
# A view change that no fault caused, or a failed operation, stands in the table and makes this fail.
source "$(dirname "$0")/common.sh"
build bench/Bulk
bulk="$published/bench/Bulk/bulk"
sound=0
{ versions | grep -v etcd | sed 's/^# //; s/$/  /'; echo; timeout -k 20 1800 "$bulk" scale "$@" || sound=$?; } >"$work/scale.md"
cat "$work/scale.md"
"$report" section scale "$work/scale.md" "$root/docs/BENCHMARKS.md"
exit $sound
