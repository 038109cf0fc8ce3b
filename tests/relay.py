"""A line between a client and a server that does not hold."""
import socket
import threading

FOR_EVER = 1 << 40


class Relay:
    """Listens, on a port of its own, and leads each connection on to the server's. One that has carried
    as much to the server as ends_behind begins with takes that number away and ends: it is cut, or,
    silently, carries no more and says nothing of it. Behind the last number all of them hold."""

    def __init__(self, server_port, ends_behind, silently=False):
        self.server, self.ends_behind, self.silently = ("127.0.0.1", int(server_port)), ends_behind, silently
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client = self.listener.accept()[0]
            server = socket.create_connection(self.server)
            allowed = self.ends_behind[0] if self.ends_behind else FOR_EVER
            for way in (client, server, allowed), (server, client, FOR_EVER):
                threading.Thread(target=self.carry, args=way, daemon=True).start()

    def carry(self, source, sink, allowed):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
                allowed -= len(data)
                if allowed < 0 and self.ends_behind:
                    self.ends_behind.pop(0)
                    if self.silently:
                        threading.Event().wait()
                    break
        except OSError:
            pass
        # Both ends are closed: one that only said that no more comes, and read no more, would stand still
        # for ever.
        for end in source, sink:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
