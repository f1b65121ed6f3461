"""The real server on a free port, with a database in memory."""

import os
import subprocess

KEY = "python-key"
SECRET = "a secret as long as the hash that it is the key of"
KLAIM_KEY = "python-klaim-key"


class Server:
    """Runs until it is stopped."""

    def __init__(self):
        program = os.environ["USER_HANDLE_SERVER"]
        app = ["--app", f"{KEY}:{SECRET}"]
        command = [program, "--listen", "localhost:0", "--database", "sqlite::memory:", "--log", "error"]
        command += ["--klaim-key", KLAIM_KEY, *app]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.url = line.removeprefix("user-handle-server listening on ").split(",")[0]
        self.token = subprocess.check_output([program, "token", *app], text=True).strip()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
