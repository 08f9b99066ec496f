# Packages of the distribution: what is needed, what is missing, how to install it. Sourced by scripts/setup.
# shellcheck shell=bash

# Each line: a package of Debian, then what it must bring: a command, COMMAND>=VERSION, a header, a file, or
# python:MODULE.
needed_packages() {
  cat <<'END'
g++                 g++>=12
cmake               cmake>=3.25
ninja-build         ninja
ccache              ccache
git                 git
ca-certificates     /etc/ssl/certs/ca-certificates.crt
python3             python3
python3-venv        python:ensurepip
libcli11-dev        CLI/CLI.hpp
libspdlog-dev       spdlog/spdlog.h
nlohmann-json3-dev  nlohmann/json.hpp
catch2              catch2/catch.hpp|catch2/catch_all.hpp
libhts-dev          htslib/faidx.h
libboost-dev        boost/math/distributions/hypergeometric.hpp
libssl-dev          openssl/evp.h
libxxhash-dev       xxhash.h
libjemalloc-dev     jemalloc/jemalloc.h
libgloo-dev         gloo/transport/tcp/device.h
liblbfgs-dev        lbfgs.h
zlib1g-dev          zlib.h
END
  # shellcheck disable=SC2154  # an option of scripts/setup
  if [ "$tools" = 1 ]; then echo "shellcheck shellcheck"; fi
}

has_header() {
  local folder
  local -a folders
  IFS=: read -ra folders <<<"${CMAKE_PREFIX_PATH:-}"
  for folder in "${folders[@]/%//include}" /usr/local/include /usr/include /usr/include/*-linux-gnu; do
    if [ -e "$folder/$1" ]; then return 0; fi
  done
  return 1
}

# at_least COMMAND>=VERSION: the command is there in that version or a later one.
at_least() {
  local version
  version=$("${1%%>=*}" --version 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1) || true
  [ -n "$version" ] && printf '%s\n' "${1##*>=}" "$version" | sort --check=quiet --version-sort
}

# has A|B: one of the alternatives is there.
has() {
  local thing
  for thing in ${1//|/ }; do
    case $thing in
      /*) if [ -e "$thing" ]; then return 0; fi ;;
      python:*) if python3 -c "import ${thing#python:}" 2>/dev/null; then return 0; fi ;;
      *">="*) if at_least "$thing"; then return 0; fi ;;
      *.h | *.hpp) if has_header "$thing"; then return 0; fi ;;
      *) if command -v "$thing" >/dev/null; then return 0; fi ;;
    esac
  done
  return 1
}

missing_packages() {
  local package thing
  needed_packages | while read -r package thing; do
    if ! has "$thing"; then printf '%-20s (%s)\n' "$package" "${thing//|/ or }"; fi
  done
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
can_use_apt() { command -v apt-get >/dev/null && as_root true 2>/dev/null; }

apt_quietly() {
  as_root env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@"
}

install_packages() {
  local missing
  missing=$(missing_packages)
  if [ -z "$missing" ]; then
    say "The packages of the distribution are all there."
    return
  fi
  if can_use_apt; then
    # shellcheck disable=SC2046  # one word per package
    set -- $(awk '{print $1}' <<<"$missing")
    say "Installing $# packages of the distribution: $*"
    apt_quietly update >/dev/null || say "apt-get update failed; trying with the package lists that are there."
    apt_quietly install --no-install-recommends "$@" >/dev/null || fail "apt-get could not install: $*"
    missing=$(missing_packages)
  fi
  if [ -n "$missing" ]; then
    say "Missing, and not installable here (that takes apt-get, and root or sudo without a password):"
    say "$missing"
    fail "install these, or name the prefixes of your own copies in CMAKE_PREFIX_PATH (separated by colons)."
  fi
}
