"""Schemathesis calls every operation that the server describes, with input that the description allows and input that
it does not, and compares every answer with it."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

from server import KEY, KLAIM_KEY, Server

CONFIG = Path(__file__).with_name("schemathesis.toml")

# The same cases in every run, so that a change of the server is what makes the difference.
SEED = "7"


def klaim_id(server):
    """The id, which never changes, of a new user of Klaim's."""
    user = json.dumps({"email": "ada@example.com", "name": "Ada", "metadata": {"plan": "free"}}).encode()
    request = urllib.request.Request(f"{server.url}/klaim/users", user, {"Authorization": f"Bearer {KLAIM_KEY}"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["klaim_id"]


class Description(unittest.TestCase):
    def test_the_server_is_as_it_describes_itself(self):
        program = Path(sys.executable).with_name("schemathesis")
        server = Server()
        self.addCleanup(server.stop)
        with tempfile.TemporaryDirectory() as folder:
            command = [program, "--config-file", CONFIG, "--no-color", "run", f"{server.url}/openapi.json"]
            command += ["--seed", SEED, "--max-examples", "50", "--wait-for-schema", "600"]
            # The machine may be slow; that is no fault of the server's.
            command += ["--request-timeout", "600", "--suppress-health-check", "too_slow"]
            # In a folder of its own, because it leaves files where it runs.
            env = os.environ | {
                "USER_HANDLE_KEY": KEY,
                "USER_HANDLE_TOKEN": server.token,
                "USER_HANDLE_KLAIM_KEY": KLAIM_KEY,
                "USER_HANDLE_KLAIM_ID": klaim_id(server),
            }
            done = subprocess.run(command, env=env, cwd=folder, stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("Missing test data", done.stdout)
        self.assertRegex(done.stdout, r"Selected: (\d+)/\1\n  Tested: \1\n")


if __name__ == "__main__":
    unittest.main()
