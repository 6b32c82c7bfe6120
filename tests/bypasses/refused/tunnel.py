"""psycopg: a tunnel on the loopback address, as ssh -L makes."""

import os
import socket
import threading

import psycopg

import tierguard

tierguard.install()


def pump(source, sink):
    while data := source.recv(65536):
        sink.sendall(data)
    sink.close()


def serve(listener, places):
    for place in places:
        near, _ = listener.accept()
        far = socket.create_connection(place)
        for ends in ((near, far), (far, near)):
            threading.Thread(target=pump, args=ends, daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))

prod = (os.environ["ROUTE_HOST"], int(os.environ["ROUTE_PORT"]))
threading.Thread(target=serve, args=(listener, [prod, prod]), daemon=True).start()
with psycopg.connect(f"postgresql://app@localhost:{listener.getsockname()[1]}/prod") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
