#!/bin/sh
# Makes a minimal root of a Debian or Ubuntu release, puts a clean clone of the committed tree into it, and runs both
# of README's commands there, so that nothing that is installed here can help.
# Usage: fresh_root.sh [--keep] [--install] [--tzdata oldest|newest] [--mirror URL --keyring FILE] [RELEASE [PRESET ...]]
#   RELEASE: this system's own without one; its mirror is that of this system's apt.
#   PRESET: for tests/run.sh; all of them without one.
#   --install: README's commands that install, in the place of the two.
#   --tzdata oldest: the one that the release came with, without later updates.
# Ends with 77 where such a root cannot be made here.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
keep=no
install=no
tzdata=newest
mirror=
keyring=

fail() {
  echo "fresh_root.sh: $*" >&2
  exit 1
}

skip() {
  echo "skipped: needs $*"
  exit 77
}

while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=yes ;;
    --install) install=yes ;;
    --tzdata) tzdata=$2 && shift ;;
    --mirror) mirror=$2 && shift ;;
    --keyring) keyring=$2 && shift ;;
    -*) sed -n '2,/^set/s/^# //p' "$0" >&2 && exit 2 ;;
    *) break ;;
  esac
  shift
done

# shellcheck source=/dev/null
own=$(. /etc/os-release && echo "$VERSION_CODENAME")
release=${1:-$own}
[ $# -eq 0 ] || shift

# Where this system's apt gets its own release from.
own_mirror() {
  apt-get indextargets --format '$(CODENAME) $(BASE_URI)' |
    awk -v own="$own" '$1 == own { sub("dists/.*", "", $2); print $2; exit }'
}

[ "$(id -u)" -eq 0 ] || skip 'root'
unshare --mount --pid --fork true 2>/dev/null || skip 'the right to make namespaces'
sh "$source/apps/install-packages.sh" root
[ -n "$mirror" ] || mirror=$(own_mirror)
[ -n "$mirror" ] || fail 'no apt source of this release'

root=$(mktemp -d "${TMPDIR:-/var/tmp}/polyclock-root.XXXXXX")
chmod 755 "$root" # as every "/" is: a service under its own user reads files below it
clean() {
  [ "$keep" = yes ] && echo "kept: $root" || rm -rf --one-file-system "$root"
}
trap clean EXIT
trap 'exit 130' INT TERM

components=main
script=
case $mirror in *ubuntu*)
  components=main,universe
  script=/usr/share/debootstrap/scripts/gutsy # of all Ubuntu releases, those that debootstrap does not know too
  ;;
esac
echo "== $release: debootstrap"
debootstrap --variant=minbase --components="$components" ${keyring:+--keyring="$keyring"} \
  "$release" "$root" "$mirror" ${script:+"$script"} >"$root.log" 2>&1 || {
  tail -n 20 "$root.log" >&2
  rm -f "$root.log"
  skip "a mirror that debootstrap can read"
}
rm -f "$root.log"

# As apt works here: through the same proxy, with the same certificates.
for file in /etc/apt/apt.conf.d/*[Pp]roxy* /etc/apt/apt.conf; do
  [ ! -f "$file" ] || cp "$file" "$root/etc/apt/apt.conf.d/"
done
for file in /etc/resolv.conf /etc/hosts; do cp "$file" "$root$file"; done
[ "$tzdata" = oldest ] ||
  echo "deb $mirror $release-updates $(echo "$components" | tr , ' ')" >>"$root/etc/apt/sources.list"
git clone -q --no-hardlinks "$source" "$root/polyclock"

# In namespaces of its own, so that nothing is left mounted or running.
run_inside() {
  unshare --mount --pid --fork --kill-child sh -c '
    mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount --rbind /sys "$1/sys" &&
      shift && exec chroot "$@"' sh "$root" "$root" env -i HOME=/root LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

status=0
if [ "$install" = yes ]; then
  set -- tests/system/readme_install.sh
else
  set -- apps/try.sh "tests/run.sh $*"
fi
for command in "$@"; do
  begin=$(date +%s)
  run_inside sh -c "cd /polyclock && sh $command" || status=$?
  echo "== $release: sh $command: status $status after $(($(date +%s) - begin)) s"
  [ "$status" -eq 0 ] || exit 1
done
chroot "$root" dpkg-query -W -f '${Package} ${Version}\n' tzdata libicu-dev g++
