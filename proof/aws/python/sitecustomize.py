"""Read by every Python process that the proof starts, before anything else."""

import os
import signal
import socket
import threading

_listen = socket.socket.listen


def _listen_without_delay(self, *backlog):
    """Without TCP_NODELAY each answer of MiniStack on a kept-alive connection waits 40 ms for an acknowledgement."""
    if self.family in (socket.AF_INET, socket.AF_INET6) and self.type == socket.SOCK_STREAM:
        self.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _listen(self, *backlog)


socket.socket.listen = _listen_without_delay


def _end_with_parent():
    """Standard input ends when the proof does, even when it was killed: then this process and all it started end too."""
    while os.read(0, 1024):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


# Taken out, so that processes which inherit the environment read their own standard input themselves.
if os.environ.pop("PROOF_ENDS_WITH_STDIN", None):
    threading.Thread(target=_end_with_parent, daemon=True).start()
