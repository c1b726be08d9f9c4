"""Namespaces of a test's own: whatever runs in them, or is mounted, ends with the test. Needs root."""
import os
import subprocess
import sys

from harness import run, skip

KINDS = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
ROOT = 'mount --rbind / /mnt && exec chroot /mnt env --chdir "$PWD" "$@"'
NETWORK = "192.0.2"


def unshare_words():
    """In a root that is no mount point, as of a chroot, mounts cannot be private, so it is made one."""
    if os.getuid() != 0:
        skip("needs root")
    for words in (["unshare", *KINDS], ["unshare", "--propagation", "unchanged", *KINDS, "sh", "-c", ROOT, "sh"]):
        if subprocess.run([*words, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return words
    return skip("needs the right to make namespaces")


def enter_namespaces():
    """Runs this script anew with a network, processes and mounts of its own."""
    marker = "POLYCLOCK_TEST_NAMESPACES"
    if marker not in os.environ:
        os.environ[marker] = "here"
        words = [*unshare_words(), sys.executable, *sys.argv]
        os.execvp(words[0], words)
    run("ip", "link", "set", "lo", "up")


def make_network():
    """A bridge of this namespace, whose address is 192.0.2.1."""
    made = subprocess.run(["ip", "link", "add", "bridge", "type", "bridge"], stderr=subprocess.DEVNULL, check=False)
    if made.returncode != 0:
        skip("needs a kernel with bridges")
    run("ip", "address", "add", f"{NETWORK}.1/24", "dev", "bridge")
    run("ip", "link", "set", "bridge", "up")


class Host:
    """A network namespace on the bridge, whose interface is eth0; its number is the last of its address."""

    def __init__(self, number):
        self.link = f"host{number}"
        self.address = f"{NETWORK}.{number}"
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo && exec sleep infinity"],
                                       stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        run("ip", "link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", self.holder.pid)
        run("ip", "link", "set", self.link, "master", "bridge", "up")
        run(*self.words("ip", "link", "set", "lo", "up"))
        run(*self.words("ip", "address", "add", f"{self.address}/24", "dev", "eth0"))
        run(*self.words("ip", "link", "set", "eth0", "up"))

    def words(self, *words):
        """A command that runs this one there."""
        return ["nsenter", "-t", str(self.holder.pid), "--net", *map(str, words)]

    def set_link(self, state):
        """Up, or down as a cable that is pulled out."""
        run("ip", "link", "set", self.link, state)
