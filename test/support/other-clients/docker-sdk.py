"""A program that uses Docker's SDK for Python (https://docker-py.readthedocs.io) as its users do: `docker-sdk.py FOLDER IMAGE` builds, runs, and prints what it saw as JSON."""
import json
import sys
import time
import urllib.parse
import urllib.request

import docker

folder, image = sys.argv[1:]
client = docker.from_env(timeout=600)  # seconds; an emulated machine may need more than its own minute
host = urllib.parse.urlparse(client.api.base_url).hostname


def eventually(work):
    for _ in range(1500):
        try:
            return work()
        except OSError:
            time.sleep(0.2)
    return work()


def fetch(port):
    with urllib.request.urlopen(f"http://{host}:{port}/", timeout=20) as answer:
        return answer.read().decode()


def failing():
    try:
        client.containers.run(image, ["sh", "-c", "echo wrong >&2; exit 5"], remove=True)
    except docker.errors.ContainerError as error:
        return [error.exit_status, error.stderr.decode()]


def served(volume):
    events = client.events(decode=True, filters={"container": "sdk", "event": ["start", "die"]})
    container = client.containers.run(image, name="sdk", detach=True, ports={"80/tcp": None}, volumes={volume.name: {"bind": "/data", "mode": "rw"}})
    try:
        container.reload()
        page = eventually(lambda: fetch(container.ports["80/tcp"][0]["HostPort"]))
        code, (out, err) = container.exec_run(["sh", "-c", "echo kept | tee /data/file; echo beside >&2; exit 4"], demux=True)
        seen = {
            "page": page,
            "exec": [code, out.decode(), err.decode()],
            "logs": container.logs().decode(),
            "memory": container.stats(stream=False)["memory_stats"]["usage"] > 0,
        }
        container.kill()
        seen["events"] = [next(events)["Action"], next(events)["Action"]]
        return seen
    finally:
        events.close()
        container.remove(force=True)


built, _ = client.images.build(path=folder, tag=image, rm=True)
store = client.volumes.create()
try:
    result = {
        "tagged": f"{image}:latest" in built.tags,
        "run": client.containers.run(image, ["echo", "said"], remove=True).decode(),
        "failing": failing(),
        "served": served(store),
        "volume": client.containers.run(image, ["cat", "/data/file"], remove=True, volumes=[f"{store.name}:/data:ro"]).decode(),
    }
finally:
    store.remove()
print(json.dumps(result))
