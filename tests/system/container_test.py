"""The container image of config/examples/container: built without a network, run as a container engine would, by
another user in a root that is read-only.

Usage: container_test.py BUILD_FOLDER, a build's that cpack packs
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))
from harness import eventually, run, skip  # noqa: E402
from namespaces import Host, enter_namespaces, make_network  # noqa: E402

EXAMPLE = HERE.parent.parent / "config/examples/container"
MB_MAX = 25
USER = 12345
DESCRIPTORS = 1024
NOT_REACHED = 3  # the client's exit status

STORAGE = """[storage]
driver = "vfs"
graphroot = "{0}/storage"
runroot = "{0}/run"
"""


def packages(build, folder):
    """The two, without those of debugging symbols, whose compression takes its time."""
    run("cpack", "--config", f"{build}/CPackConfig.cmake", "-B", folder, "-D", "CPACK_STRIP_FILES=ON",
        "-D", "CPACK_DEBIAN_DEBUGINFO_PACKAGE=OFF")
    return [next(folder.glob(f"{name}_*.deb")) for name in ("polyclockd", "polyclock")]


class Image:
    def __init__(self, folder, archives):
        (folder / "storage.conf").write_text(STORAGE.format(folder), "utf-8")
        os.environ |= {"CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf", "BUILDAH_ISOLATION": "chroot"}
        if subprocess.run(["buildah", "from", "scratch"], stdout=subprocess.DEVNULL, check=False).returncode != 0:
            skip("needs a machine on which buildah makes containers")
        start = time.monotonic()
        run("sh", EXAMPLE / "build.sh", *archives, "test")
        self.seconds = time.monotonic() - start
        told = json.loads(run("buildah", "inspect", "--type", "image", "test"))
        self.settings = told["Docker"]["config"]
        run("buildah", "push", "--quiet", "test", f"oci:{folder}/pushed:test")
        self.pushed = sum(file.stat().st_size for file in (folder / "pushed/blobs/sha256").iterdir())
        container = run("buildah", "from", "--pull-never", "test").strip()
        self.root = pathlib.Path(run("buildah", "mount", container).strip())
        self.size = sum(file.lstat().st_size for file in self.root.rglob("*") if file.is_file())

    def describe(self):
        compressed, unpacked = self.pushed / 1e6, self.size / 1e6
        print(f"built in {self.seconds:.1f} s, {compressed:.1f} MB compressed, {unpacked:.1f} MB unpacked")
        assert compressed <= MB_MAX
        assert self.settings["User"] == "65532:65532", self.settings

    def make_read_only(self, place):
        place.mkdir()
        run("mount", "--bind", self.root, place)
        run("mount", "-o", "remount,bind,ro", place)
        self.root = place
        assert subprocess.run(["touch", place / "etc/x"], stderr=subprocess.DEVNULL, check=False).returncode != 0


class Container(Host):
    """A host of the network that has nothing but the image."""

    def __init__(self, image):
        super().__init__(2)
        self.image = image

    def inside(self, *words):
        """A command that runs this one there, as another user than the image says, with few descriptors."""
        return self.words("prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}", "chroot", "--groups=",
                          f"--userspec={USER}:{USER}", self.image.root, *words)

    def is_healthy(self):
        kind, *words = self.image.settings["Healthcheck"]["Test"]
        assert kind == "CMD", kind
        status = subprocess.run(self.inside(*words), stdout=subprocess.DEVNULL, check=False).returncode
        assert status in (0, NOT_REACHED), status
        return status == 0

    def start(self, *arguments):
        words = self.inside(*self.image.settings["Entrypoint"], *arguments)
        process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        eventually(self.is_healthy)
        return process

    def stop(self, process):
        """What it has logged."""
        process.terminate()
        log = process.communicate(timeout=20)[1]
        assert process.returncode == 0, (process.returncode, log)
        assert not self.is_healthy()
        return log


def answers(polyclock, container):
    text = run(polyclock, "date", "-l", "mi", "-z", "Pacific/Auckland", "-s", container.address).strip()
    assert text.startswith("Ko te rā o tēnei rā"), text
    with urllib.request.urlopen(f"http://{container.address}:8080/Europe/Berlin?locale=de", timeout=10) as page:
        assert page.read().startswith(b"Heute ist der "), page
    return text


def answers_datagrams(polyclock, container):
    words = [polyclock, "-q", "-t", "0.5", "--udp", "-s", container.address]
    return subprocess.run(words, stdout=subprocess.DEVNULL, check=False).returncode == 0


def inside(folder, build):
    archives = packages(build, folder)
    run("mount", "-t", "tmpfs", "tmpfs", "/var/lib")  # where buildah has a cache beside its storage
    make_network()
    image = Image(folder, archives)
    image.describe()
    image.make_read_only(folder / "root")
    polyclock = image.root / "usr/bin/polyclock"
    container = Container(image)
    assert not container.is_healthy(), "nothing runs yet"
    process = container.start()
    text = answers(polyclock, container)
    assert not answers_datagrams(polyclock, container)
    log = container.stop(process)
    lowered = next(line for line in log.splitlines() if "connections-max lowered to" in line)
    print(f"as user {USER}, read-only: {text}; {lowered}")
    process = container.start("--listen", "dt+tcp://0.0.0.0:18814",
                              "--listen", "dt+udp://0.0.0.0:18814?allow=192.0.2.0/24")
    assert answers_datagrams(polyclock, container)
    container.stop(process)
    print("healthy while it runs, not before and after; datagrams where allow says so")


def main(build):
    os.environ["PATH"] += ":/usr/sbin"
    for program in ("buildah", "cpack"):
        if not shutil.which(program):
            skip(f"needs {program}")
    enter_namespaces()
    with tempfile.TemporaryDirectory() as folder:
        run("mount", "-t", "tmpfs", "tmpfs", folder)
        try:
            inside(pathlib.Path(folder), build)
        finally:
            run("umount", "--lazy", "--recursive", folder)


main(*sys.argv[1:])
