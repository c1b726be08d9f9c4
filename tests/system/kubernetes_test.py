"""The manifest of config/examples/kubernetes: its objects fit their schemas and each other, and a daemon that gets the
pod's arguments and probes ends as the manifest says.

Usage: kubernetes_test.py POLYCLOCKD POLYCLOCK
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))
from harness import eventually, run, skip  # noqa: E402
from namespaces import enter_namespaces  # noqa: E402

MANIFEST = HERE.parent.parent / "config/examples/kubernetes/polyclockd.yaml"
PACKAGES = ["kubernetes-models@4.5.1", "yaml@2.9.1"]
POD = "10.0.0.1"
# What is wrong with it, each found by the schemas.
MISTAKES = {"replicas: 3": 'replicas: "3"', "replicas:": "replica:", "containerPort: 8080": "containerPort: http",
            "memory: 128Mi": "memory: 128Mo", "drop:": "dropp:", "kind: Service": "kind: Sevice"}


def install(folder):
    words = ["timeout", "40", "npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts",
             "--fetch-retries", "0", *PACKAGES]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        skip(f"needs npm that installs {' and '.join(PACKAGES)}")


def validate(folder, text):
    return subprocess.run(["node", HERE / "manifest.js"], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=os.environ | {"NODE_PATH": f"{folder}/node_modules"}, check=False)


def objects(folder):
    text = MANIFEST.read_text("utf-8")
    done = validate(folder, text)
    assert done.returncode == 0, done.stderr
    for right, wrong in MISTAKES.items():
        assert right in text, right
        assert validate(folder, text.replace(right, wrong)).returncode == 1, wrong
    kinds = {one["kind"]: one["spec"] for one in json.loads(done.stdout)}
    print(f"fit their schemas: {', '.join(kinds)}; {len(MISTAKES)} mistakes do not")
    return kinds


def fit_each_other(kinds):
    """The daemon's listeners, the container's ports, the service's, the probes' and the labels."""
    deployment, service, budget = (kinds[kind] for kind in ("Deployment", "Service", "PodDisruptionBudget"))
    labels = deployment["template"]["metadata"]["labels"]
    assert labels == service["selector"] == budget["selector"]["matchLabels"] == deployment["selector"]["matchLabels"]
    pod = deployment["template"]["spec"]
    [container] = pod["containers"]
    ports = {port["name"]: port for port in container["ports"]}
    listeners = re.findall(r"--listen=\w+\+(\w+)://0\.0\.0\.0:(\d+)(\S*)", "\n".join(container["args"]))
    assert sorted((port["protocol"].lower(), str(port["containerPort"])) for port in ports.values()) == \
        sorted((transport, port) for transport, port, _ in listeners)
    for port in service["ports"]:
        assert ports[port["targetPort"]]["protocol"] == port["protocol"], port
    [admin] = [port for _, port, keys in listeners if keys == "?admin=yes"]
    for probe in ("readinessProbe", "livenessProbe"):
        assert ports[container[probe]["httpGet"]["port"]]["containerPort"] == int(admin), probe
    assert "admin" not in {port["targetPort"] for port in service["ports"]}
    return pod, container


def status(url):
    """Of an HTTP answer; 0 where there is none."""
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Pod:
    def __init__(self, polyclockd, polyclock, container):
        self.polyclock = polyclock
        words = [polyclockd, "--config", "/dev/null", *container["args"]]
        run(*words, "--check-config")
        self.process = subprocess.Popen(words)
        port = next(one["containerPort"] for one in container["ports"] if one["name"] == "admin")
        self.ready, self.live = (f"http://{POD}:{port}{container[probe]['httpGet']['path']}"
                                 for probe in ("readinessProbe", "livenessProbe"))
        eventually(lambda: status(self.ready) == 200)
        assert status(self.live) == 200

    def answers(self, *options):
        words = [self.polyclock, "-q", "-t", "1", "-s", POD, *options]
        return subprocess.run(words, stdout=subprocess.DEVNULL, check=False).returncode == 0

    def end(self):
        """How long it was not ready but did answer, and how long it took to end, in seconds."""
        start = time.monotonic()
        self.process.terminate()
        eventually(lambda: status(self.ready) == 503, 1)
        answered = 0
        while self.answers():
            answered = time.monotonic() - start
            assert status(self.ready) in (503, 0)
            time.sleep(0.02)
        assert self.process.wait(60) == 0
        return answered, time.monotonic() - start


def inside(polyclockd, polyclock, file):
    enter_namespaces()
    pod, container = json.loads(pathlib.Path(file).read_text("utf-8"))
    run("ip", "address", "add", f"{POD}/32", "dev", "lo")
    one = Pod(polyclockd, polyclock, container)
    assert one.answers() and one.answers("--udp")
    assert status(f"http://{POD}:8080/") == 200 and status(f"http://{POD}:8080/readyz") == 404
    answered, ended = one.end()
    print(f"after SIGTERM: not ready at once, answers for {answered:.1f} s, ends after {ended:.1f} s")
    delay = int(re.search(r"--drain-delay=(\d+)", "\n".join(container["args"]))[1])
    grace = int(re.search(r"--grace-period=(\d+)", "\n".join(container["args"]))[1])
    assert answered > delay - 1, answered
    assert ended < pod["terminationGracePeriodSeconds"] > delay + grace, ended


def outside(polyclockd, polyclock):
    if not shutil.which("npm"):
        skip("needs npm")
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        file = pathlib.Path(folder, "pod.json")
        file.write_text(json.dumps(fit_each_other(objects(folder))), "utf-8")
        words = [sys.executable, __file__, polyclockd, polyclock, file]
        sys.stdout.flush()
        sys.exit(subprocess.run(words, check=False).returncode)


inside(*sys.argv[1:]) if len(sys.argv) > 3 else outside(*sys.argv[1:])
