"""psycopg: INT's own address, behind which PROD stands at the second connection."""

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

int_place = (os.environ["INT_HOST"], int(os.environ["INT_PORT"]))
prod = (os.environ["ROUTE_HOST"], int(os.environ["ROUTE_PORT"]))
threading.Thread(target=serve, args=(listener, [int_place, prod]), daemon=True).start()
url = f"postgresql://app@127.0.0.1:{listener.getsockname()[1]}/prod?sslmode=disable"
psycopg.connect(url).close()
with psycopg.connect(url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
