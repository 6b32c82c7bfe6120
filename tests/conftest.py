"""The run works in a copy of the checkout. The two clusters are started when a test first asks for one."""

from support.checkout import move_in
from support.clusters import int_cluster, prod_cluster

__all__ = ["int_cluster", "prod_cluster"]

move_in()
