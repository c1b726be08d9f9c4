"""config/examples/nginx with a real nginx: three daemons, of which one is killed, one hangs and each is restarted.

Usage: nginx_test.py POLYCLOCKD
"""
import http.client
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "loopback")]
from events_test import SECONDS, Subscriber  # noqa: E402
from fleet import EXAMPLES, PROXY, Asking, add_addresses, members  # noqa: E402
from harness import enter_network_namespace, eventually, skip  # noqa: E402

MAIN = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  include {example};
}}
"""


class Nginx:
    def __init__(self, folder):
        file = pathlib.Path(folder, "main.conf")
        file.write_text(MAIN.format(folder=folder, example=EXAMPLES / "nginx/nginx.conf"), encoding="ascii")
        self.process = subprocess.Popen(["nginx", "-c", file, "-p", folder])
        eventually(lambda: get("/")[0] == 200)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def get(target):
    """Status and body; 0 where there is no answer."""
    peer = http.client.HTTPConnection(PROXY, 80, timeout=5)
    try:
        peer.request("GET", target)
        response = peer.getresponse()
        return response.status, response.read().decode()
    except OSError as why:
        return 0, str(why)
    finally:
        peer.close()


def ask(_):
    status, body = get("/v1/text?locale=mi&zone=Pacific/Auckland")
    assert status == 200 and "Ko te" in body, (status, body)


def serves():
    status, body = get("/v1/time?locale=de&zone=Europe/Berlin")
    assert status == 200 and json.loads(body), body
    assert get("/metrics")[0] == get("/readyz")[0] == 403
    with Subscriber((PROXY, 80), SECONDS) as events:
        texts = (line for line in events.input if line.startswith(b"data: "))
        assert len({next(texts) for _ in range(3)}) == 3


def main(daemon_path):
    if not shutil.which("nginx"):
        skip("nginx is not installed")
    enter_network_namespace()
    add_addresses()
    with tempfile.TemporaryDirectory() as folder, members(daemon_path, folder, "nginx") as daemons, Nginx(folder):
        serves()
        with Asking(ask) as restarted:
            for one in daemons:
                one.stop()
                one.start()
                time.sleep(2)
        with Asking(ask) as killed:
            daemons[0].process.kill()
            daemons[0].process.wait(20)
            time.sleep(2)
            daemons[0].start()
        with Asking(ask) as hung:
            daemons[1].process.send_signal(signal.SIGSTOP)
            time.sleep(4)
            daemons[1].process.send_signal(signal.SIGCONT)
        for name, asked in (("each restarted", restarted), ("one killed", killed), ("one hangs", hung)):
            print(f"{name}: {asked.answered} answers, 0 lost, the last one after {asked.worst:.2f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
