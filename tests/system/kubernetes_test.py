"""The manifest of config/examples/kubernetes: its objects fit their schemas and each other, and the daemon takes the
pod's arguments.

Usage: kubernetes_test.py POLYCLOCKD
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))
from harness import run, skip  # noqa: E402

MANIFEST = HERE.parent.parent / "config/examples/kubernetes/polyclockd.yaml"
PACKAGES = ["kubernetes-models@4.5.1", "yaml@2.9.1"]
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


def main(polyclockd):
    if not shutil.which("npm"):
        skip("needs npm")
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        _, container = fit_each_other(objects(folder))
        run(polyclockd, "--config", "/dev/null", *container["args"], "--check-config")


main(*sys.argv[1:])
