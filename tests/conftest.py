"""The two clusters, started when a test first asks for one, and shared by the whole run."""

from support.clusters import int_cluster, prod_cluster

__all__ = ["int_cluster", "prod_cluster"]
