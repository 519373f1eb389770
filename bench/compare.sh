#!/usr/bin/env bash
# PbKv beside Redis (SET + WAIT 1) and etcd, in one run on one machine; writes the tables and the chart into docs/BENCHMARKS.md.
#   bench/compare.sh [ROUNDS] [SECONDS] [WARMUP]     5 rounds of 3 seconds a measurement, 3 to warm up, unless told
source "$(dirname "$0")/common.sh"
rounds=${1:-5} seconds=${2:-3} warmup=${3:-3}
callers_list=(1 16 64 256)
results=$work/results.jsonl

build
versions | tee -a "$results" >&2

measure() { # measure NAME CALLERS COMMAND…
  local name=$1 callers=$2; shift 2
  local line
  if line=$(timeout $((seconds + 60)) "$@" 2>"$work/measure.err" | tail -n 1) && [ -n "$line" ]; then
    printf '{"name":"%s",%s\n' "$name" "${line#\{}" >>"$results"
    say "  $name, $callers callers: $(sed -E 's/.*"opsPerSecond": ?([0-9]+).*"p50us": ?([0-9.]+).*/\1 op\/s, p50 \2 µs/' <<<"$line")"
  else
    say "  $name, $callers callers: failed: $(tail -n 1 "$work/measure.err")"
  fi
}

start_pbkv
have redis-server && start_redis || say "redis-server is missing: apt-get install redis-server; PbKv is measured without it"
have etcd && have etcdctl && start_etcd || say "etcd or etcdctl is missing: apt-get install etcd-server etcd-client; PbKv is measured without it"

common=(--seconds "$seconds" --warmup "$warmup" --value-size 100 --keys 100000)
for round in $(seq "$rounds"); do
  say "round $round of $rounds"
  for callers in "${callers_list[@]}"; do
    bench=("$pbkv" bench --view "$view" --json "${common[@]}" --callers "$callers")
    measure "PbKv put, one client" "$callers" "${bench[@]}" --op put --clients 1
    if [ -n "${redis:-}" ]; then
      peer=("$peers" redis); opts=(--port "$redis" --callers "$callers" "${common[@]}")
      measure "Redis SET + WAIT 1, a socket per caller" "$callers" "${peer[@]}" set-wait "${opts[@]}"
      measure "Redis pipelined SETs + one WAIT" "$callers" "${peer[@]}" pipeline-wait "${opts[@]}"
      measure "Redis SET, a socket per caller" "$callers" "${peer[@]}" set "${opts[@]}"
    fi
    measure "PbKv put, a client per caller" "$callers" "${bench[@]}" --op put --clients "$callers"
    measure "PbKv get, one client" "$callers" "${bench[@]}" --op get --clients 1
    [ -n "${redis:-}" ] && measure "Redis GET, a socket per caller" "$callers" "${peer[@]}" get "${opts[@]}"
    measure "PbKv get, a client per caller" "$callers" "${bench[@]}" --op get --clients "$callers"
    [ -n "${etcd:-}" ] && measure "etcd put" "$callers" "$peers" etcd put --port "$etcd" --callers "$callers" "${common[@]}"
  done
done
"$report" compare "$results" "$root/docs/BENCHMARKS.md" "$root/docs/compare.svg"
