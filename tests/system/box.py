"""A machine for tests of what systemd does: a real systemd as PID 1 of private namespaces, on a copy-on-write
view of this file system, with a network of its own that has nothing but loopback. Needs root.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import skip  # noqa: E402

# What PID 1 does before it is systemd: $1 is an empty folder of the host.
BOOT = """
set -eu
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
for place in run tmp var/tmp; do mount -t tmpfs -o mode=1777 tmpfs "$place"; done
chmod 755 run
mount -t proc proc proc
mount --rbind /sys sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount --rbind /dev dev
ip link set lo up
pivot_root . .
umount -l .
mount --make-rshared / # as systemd makes it where it is not told that this is a container; credentials need it
rm -rf /etc/systemd/system/*.wants/* /etc/systemd/system/polyclock* /etc/polyclock /etc/machine-id /var/log/journal \
  /usr/sbin/policy-rc.d
tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id # without one the first boot asks questions
mkdir -p /run/log/journal
export container=box
exec /lib/systemd/systemd --system --unit=basic.target
"""


def own_cgroup():
    """A new folder of the cgroup hierarchy, so that two boxes share no unit's settings."""
    mounts = [line.split() for line in open("/proc/mounts", encoding="ascii")]
    root = next((place for _, place, kind, *_ in mounts if kind == "cgroup2"), None)
    if root is None:
        skip("no cgroup2 is mounted here")
    folder = pathlib.Path(root, f"polyclock-box-{os.getpid()}")
    folder.mkdir()
    return folder


class Box:
    def __enter__(self):
        namespaces = ["--pid", "--mount", "--uts", "--ipc", "--cgroup", "--net"]
        if subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL,
                          check=False).returncode != 0:
            skip("not root, so no systemd can be booted")
        if not pathlib.Path("/lib/systemd/systemd").exists():
            skip("no systemd here")
        self.folder = tempfile.TemporaryDirectory()
        self.cgroup = own_cgroup()
        join = 'echo $$ >"$0/cgroup.procs" && exec "$@"'
        self.outer = subprocess.Popen(
            ["sh", "-c", join, self.cgroup, "setsid", "unshare", *namespaces, "--fork",
             "--kill-child", "--propagation", "private", "sh", "-c", BOOT, "sh", self.folder.name],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            self._wait_until_running()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_until_running(self):
        for _ in range(300):
            if self.outer.poll() is not None:
                skip(f"no systemd boots in namespaces here: {self.outer.stdout.read()}")
            state = self.try_run("systemctl", "is-system-running").stdout.strip()
            if state in ("running", "degraded"):
                return
            time.sleep(0.1)
        raise AssertionError("the box did not come up")

    def __exit__(self, *_):
        pid = self.init_pid()
        if pid:
            subprocess.run(["kill", "-9", pid], check=False)
        self.outer.kill()
        self.outer.wait()
        self.folder.cleanup()
        for _ in range(100):  # its processes are still going
            folders = [*self.cgroup.rglob("*/"), self.cgroup]
            for folder in sorted(folders, key=lambda path: -len(path.parts)):
                try:
                    folder.rmdir()
                except OSError:
                    pass
            if not self.cgroup.exists():
                break
            time.sleep(0.05)

    def init_pid(self):
        found = subprocess.run(["pgrep", "-P", str(self.outer.pid)], stdout=subprocess.PIPE,
                               text=True, check=False)
        return found.stdout.split("\n")[0]

    def words(self, *words):
        """A command of the host that runs this one inside."""
        pid = self.init_pid()
        return ["nsenter", "-t", pid or "0", "-p", "-m", "-u", "-i", "-C", "-n", *map(str, words)]

    def try_run(self, *words, **options):
        return subprocess.run(self.words(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=120, check=False, **options)

    def run(self, *words, **options):
        """What a command prints inside, on both outputs; it must succeed."""
        done = self.try_run(*words, **options)
        assert done.returncode == 0, (words, done.returncode, done.stdout)
        return done.stdout
