#!/bin/sh
# Makes a container image of nothing but polyclockd, polyclock, their libraries and the tz database.
# Usage: build.sh POLYCLOCKD.deb POLYCLOCK.deb [NAME]; the image's name is polyclockd without one.
#
# It needs buildah, and nothing from the network: no base image is pulled, and no container daemon runs. The libraries
# and the zones are those of this host, on which both packages can be installed: build anew when they are updated.
#
#     buildah push polyclockd docker-archive:polyclockd.tar:polyclockd      # for "docker load", "podman load"
#     docker run --read-only --cap-drop all -p 18814:18814 -p 8080:8080 polyclockd
#     docker run --read-only --cap-drop all --network host polyclockd \
#         --listen 'dt+tcp://0.0.0.0:18814' --listen 'dt+udp://0.0.0.0:18814?allow=192.0.2.0/24'
#
# It runs as user 65532, or any other, writes no file, listens on ports 18814 (DT over TCP) and 8080 (HTTP) of any
# address, and answers no datagram until "allow" names networks: see polyclockd.conf, which is beside this file.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] || {
  sed -n '2,/^$/s/^# //p' "$0" >&2
  exit 2
}
work=$(mktemp -d)
container=
clean() {
  [ -z "$container" ] || buildah rm "$container" >/dev/null
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM
umask 022
root=$work/root
mkdir -p "$root/etc/polyclock" "$root/usr/sbin" "$root/usr/bin" "$root/usr/libexec/polyclock" "$root/usr/share"

for package in "$1" "$2"; do
  dpkg-deb -x "$package" "$work/packages"
done
programs="$root/usr/sbin/polyclockd $root/usr/bin/polyclock $root/usr/libexec/polyclock/polyclock-tls"
for program in $programs; do
  cp "$work/packages/${program#"$root/"}" "$program"
done
# shellcheck disable=SC2086
ldd $programs >"$work/libraries"
if grep 'not found' "$work/libraries" >&2; then exit 1; fi
# The dynamic linker stands in it by its path alone.
grep -o '/[^ ]* (0x' "$work/libraries" | sed 's/ (0x$//' | sort -u | while read -r library; do
  mkdir -p "$root/$(dirname "$library")"
  cp -L "$library" "$root/$library"
done
cp -a /usr/share/zoneinfo "$root/usr/share/zoneinfo"
cp "$here/polyclockd.conf" "$root/etc/polyclock/"
echo 'polyclock:x:65532:65532::/:/bin/false' >"$root/etc/passwd"
echo 'polyclock:x:65532:' >"$root/etc/group"

# The OCI's own format has no health check.
container=$(buildah from --format docker scratch)
buildah copy --quiet --chown 0:0 "$container" "$root" / >/dev/null
buildah config --user 65532:65532 --entrypoint '["/usr/sbin/polyclockd"]' --cmd '' \
  --port 18814/tcp --port 18814/udp --port 8080/tcp \
  --healthcheck 'CMD /usr/bin/polyclock -q time -t 1 -s 127.0.0.1:18814' --healthcheck-interval 10s \
  --healthcheck-timeout 2s --healthcheck-start-period 1s --healthcheck-retries 2 "$container"
buildah commit --quiet --format docker "$container" "${3:-polyclockd}"
