#!/bin/sh
# Installs the missing Debian or Ubuntu packages for the given purposes.
# Usage: install-packages.sh build|test|fuzz|root ...
set -eu

fail() {
  echo "install-packages.sh: $*" >&2
  exit 1
}

installed() {
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# The coroutine code needs Boost 1.81 or newer: the system's own, or Debian 12's second one.
boost_packages() {
  candidate=$(apt-cache policy libboost-dev | sed -n 's/^ *Candidate: //p')
  version=
  dpkg --compare-versions "${candidate:-0}" ge 1.81 || version=1.81
  for library in '' -json -program-options -url; do echo "libboost$library$version-dev"; done
}

# Clang and the sanitizers' runtime, which is a package of its own.
clang_packages() {
  version=$(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p')
  echo "clang libclang-rt-${version:-14}-dev"
}

# Not in Ubuntu, whose chromium is no package of its own.
browser_packages() {
  case $(apt-cache policy chromium-driver) in
    *'Candidate: '[0-9]*) echo chromium chromium-driver python3-selenium ;;
  esac
}

packages_for() {
  case $1 in
    # The last three for `cpack`.
    build) echo g++ cmake ninja-build libicu-dev libssl-dev tzdata "$(boost_packages)" binutils dpkg-dev file ;;
    test)
      echo catch2 clang-format git mandoc python3
      echo busybox curl iproute2 mosquitto-clients netcat-openbsd nmap perl rdate wget # clients in the tests
      echo dnsmasq-base # the name server that they ask
      echo haproxy keepalived mosquitto nginx-light openssl varnish # what stands before or beside the daemon there
      echo avahi-daemon avahi-utils dbus # what announces it
      browser_packages
      echo buildah devscripts init-system-helpers lintian procps systemd # tests of the packages
      ;;
    fuzz) clang_packages ;;
    root) echo debootstrap ;;
    *) fail "no such purpose: $1" ;;
  esac
}

missing_for() {
  for purpose in "$@"; do
    for package in $(packages_for "$purpose"); do
      installed "$package" || echo "$package"
    done
  done
}

one_line() {
  echo "$1" | tr '\n' ' '
}

command -v apt-get >/dev/null || fail 'this needs Debian 12 or newer, or Ubuntu 24.04 or newer'
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo

missing=$(missing_for "$@")
[ -n "$missing" ] || exit 0
if [ -n "$as_root" ] && ! command -v sudo >/dev/null; then
  fail "neither root nor sudo; please install: $(one_line "$missing")"
fi

export DEBIAN_FRONTEND=noninteractive
echo "Installing: $(one_line "$missing")"
$as_root apt-get update -qq || fail 'apt-get update failed'
# The available Boost versions may only be known now.
missing=$(missing_for "$@")
# No installed package may be removed.
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends --no-remove $missing >/dev/null ||
  fail "apt-get install failed for: $(one_line "$missing")"
