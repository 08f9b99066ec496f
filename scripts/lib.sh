# Shared by the scripts of this folder and .ci/run, which source it.
# shellcheck shell=bash disable=SC2034  # what it defines is used by the files that source it
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cmgems

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# phase TITLE COMMAND...: says what happens and how long it took; passes the command's exit status on.
phase() {
  local title=$1 start=$SECONDS status=0
  shift
  say "== $title: $*"
  "$@" || status=$?
  if [ $status = 0 ]; then
    say "== $title took $((SECONDS - start)) s"
  else
    say "== $title failed with status $status after $((SECONDS - start)) s"
  fi
  return $status
}

# Bytes of memory that this process may still use: the machine's, or its control group's when that is less.
available_memory() {
  local machine group=/sys/fs/cgroup/memory.max limit
  machine=$(($(awk '/^MemAvailable/ {print $2}' /proc/meminfo) * 1024))
  limit=$(cat $group 2>/dev/null || echo max)
  if [ "$limit" != max ] && [ "$limit" -lt "$machine" ]; then echo "$limit"; else echo "$machine"; fi
}

# Compilers to run at once: one per processor, but 2 GB for each, which a file that includes LibTorch can need.
build_jobs() {
  local by_memory=$(($(available_memory) / 2000000000)) processors
  processors=$(nproc)
  if [ "$by_memory" -lt 1 ]; then by_memory=1; fi
  echo $((by_memory < processors ? by_memory : processors))
}
