"""Snakemake with a made-up Kubernetes: a pod is written to $PODS as JSON and run as a process.

    PODS=<folder> VOLUME=<folder> python pods.py <Snakemake's arguments>

The process stands in for the container: it has an empty folder for /workdir, the volume's folder
is that of its mount path, and it knows nothing else of the project. With RUN=0 it is not run, and
the pod counts as failed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import kubernetes
from snakemake.cli import main


class Core:
    def create_namespaced_secret(self, namespace, secret):
        pass

    def delete_namespaced_secret(self, name, namespace, body):
        pass

    def list_namespaced_pod(self, namespace, label_selector):
        return SimpleNamespace(items=[])


class Batch:
    def __init__(self):
        self.exits = {}

    def create_namespaced_job(self, namespace, body):
        job = kubernetes.client.ApiClient().sanitize_for_serialization(body)
        name = job["metadata"]["name"]
        record = Path(os.environ["PODS"], f"{name}.json")
        record.write_text(json.dumps({"namespace": namespace, **job}))
        self.exits[name] = self._run(job) if os.environ.get("RUN", "1") == "1" else 1

    def _run(self, job):
        (container,) = job["spec"]["template"]["spec"]["containers"]
        with tempfile.TemporaryDirectory() as workdir:
            # The storage plugin is in this environment already.
            arguments = [text.replace("pip install", "true") for text in container["args"]]
            done = subprocess.run(
                [*container["command"], *arguments],
                cwd=workdir,
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            Path(os.environ["PODS"], f"{job['metadata']['name']}.log").write_text(done.stdout)
        return done.returncode

    def read_namespaced_job_status(self, name, namespace):
        failed = self.exits[name] != 0
        return SimpleNamespace(
            status=SimpleNamespace(failed=int(failed), succeeded=int(not failed))
        )

    def delete_namespaced_job(self, name, namespace, **options):
        pass


if __name__ == "__main__":
    kubernetes.config.load_kube_config = lambda: None
    kubernetes.client.CoreV1Api = Core
    kubernetes.client.BatchV1Api = Batch
    main(sys.argv[1:])
