#!/usr/bin/env bash
# What callers see when a primary is killed, stopped, or leaves: PbKv, Redis Sentinel, etcd; into docs/BENCHMARKS.md.
#   bench/failover.sh [TIMES] [CALLERS] [STORES]     20 times with 16 callers, pbkv,redis,etcd,views,figures unless told
source "$(dirname "$0")/common.sh"
build bench/Failover
failover="$published/bench/Failover/failover"
{ versions | sed 's/^# //; s/$/  /'; echo; "$failover" "${1:-20}" "${2:-16}" "${3:-pbkv,redis,etcd,views,figures}"; } >"$work/failover.md"
cat "$work/failover.md"
"$report" section failover "$work/failover.md" "$root/docs/BENCHMARKS.md"
